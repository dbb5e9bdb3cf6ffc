import type { ConsentImport } from '@oauth/core'
import type { ReadConsent } from './source.ts'

/** Puts consents together by client, user and reference, since some servers store one for each session. */
export interface MergedConsents {
  add(read: ReadConsent): void
  all(): Iterable<ReadConsent>
}

export function createMergedConsents(): MergedConsents {
  const known = new Map<string, ReadConsent>()
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

function together(one: ReadConsent, other: ReadConsent): ReadConsent {
  const sameResources =
    union(one.consent.resources, other.consent.resources).length === (one.consent.resources ?? []).length &&
    (one.consent.resources ?? []).length === (other.consent.resources ?? []).length
  // Scopes that were approved for one resource must not count for another, so of approvals for different resources the
  // newer one counts.
  if (!sameResources) return newer(one, other)
  const consent: ConsentImport = {
    ...newer(one, other).consent,
    scopes: union(one.consent.scopes, other.consent.scopes),
    claims: union(one.consent.claims, other.consent.claims),
  }
  return { consent, omitted: union(one.omitted, other.omitted) }
}

function newer(one: ReadConsent, other: ReadConsent): ReadConsent {
  return (one.consent.createdAt ?? 0) > (other.consent.createdAt ?? 0) ? one : other
}

function union(one: readonly string[] = [], other: readonly string[] = []): readonly string[] {
  return [...new Set([...one, ...other])]
}
