import type { ConsentImport } from '@oauth/core'
import type { ReadConsent } from './source.ts'

/** A consent with the rows that it is from. */
export interface PlacedConsent extends ReadConsent {
  /** Where the first row is, for instance `line 7`. */
  readonly place: string
  readonly rows: number
}

/** Puts consents together by client, user and reference, since some servers store one for each session. */
export interface MergedConsents {
  add(read: PlacedConsent): void
  all(): Iterable<PlacedConsent>
}

export function createMergedConsents(): MergedConsents {
  const known = new Map<string, PlacedConsent>()
  return {
    add(read) {
      const { clientId, userId, referenceId } = read.consent
      const key = JSON.stringify([clientId, userId, referenceId])
      const before = known.get(key)
      known.set(key, before === undefined ? read : together(before, read))
    },
    all: () => known.values(),
  }
}

function together(one: PlacedConsent, other: PlacedConsent): PlacedConsent {
  const sameResources =
    union(one.consent.resources, other.consent.resources).length === (one.consent.resources ?? []).length &&
    (one.consent.resources ?? []).length === (other.consent.resources ?? []).length
  // Scopes that were approved for one resource must not count for another, so of approvals for different resources the
  // newer one counts.
  if (!sameResources) {
    const kept = newer(one, other)
    return { ...kept, omitted: union(kept.omitted, ['an older consent for other resources']) }
  }
  const consent: ConsentImport = {
    ...newer(one, other).consent,
    scopes: union(one.consent.scopes, other.consent.scopes),
    claims: union(one.consent.claims, other.consent.claims),
  }
  return { consent, omitted: union(one.omitted, other.omitted), place: one.place, rows: one.rows + other.rows }
}

function newer(one: PlacedConsent, other: PlacedConsent): PlacedConsent {
  return (one.consent.createdAt ?? 0) > (other.consent.createdAt ?? 0) ? one : other
}

function union(one: readonly string[] = [], other: readonly string[] = []): readonly string[] {
  return [...new Set([...one, ...other])]
}
