import type { ImportOutcome } from '../clients/import/types.ts'
import type { Context } from '../contracts/context.ts'
import { createId } from '../crypto/credential.ts'
import { sha256 } from '../crypto/hash.ts'
import { OAuthError } from '../protocol/errors.ts'
import { findResource } from '../protocol/resource.ts'
import { registeredScopes } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { canBeId } from '../storage/stored-id.ts'
import { consentDestination } from './consent-destination.ts'

/** What a user agreed to at another server, for `importConsent`. */
export interface ConsentImport {
  readonly clientId: string
  /** The id of the user, as `getUser` of this server knows it. */
  readonly userId: string
  readonly referenceId?: string | undefined
  readonly scopes: readonly string[]
  /** The resources (RFC 8707) of the approval. Default: none. */
  readonly resources?: readonly string[] | undefined
  /** The names of the claims that the user accepted one by one. Default: none. */
  readonly claims?: readonly string[] | undefined
  /** Seconds since the epoch at which the user agreed. Default: now. */
  readonly createdAt?: number | undefined
}

/** The result of `importConsent`. */
export interface ConsentImportResult {
  /** `unchanged`: it is here, or was imported before and the user has withdrawn it. `conflict`: another one is here. */
  readonly outcome: Exclude<ImportOutcome, 'replaced'>
  /** Scopes and resources that the client or the server does not have. The user is asked if the client wants them. */
  readonly omitted: readonly string[]
}

/** How `importConsent` works. */
export interface ConsentImportOptions {
  /** Checks everything and answers what would happen, but writes nothing. Default `false`. */
  readonly dryRun?: boolean | undefined
}

/** For how long a consent is not imported a second time, in seconds: a withdrawal here must outlast every repetition. */
const remembered = 10 * 365 * 86_400

const kind = 'imported-consent'

/**
 * Takes over what a user agreed to at another server. It is bound to the hosts of the client's redirect URIs, and written at
 * most once for each client, user and reference, so that a repetition does not bring back what a user has withdrawn.
 * @throws {OAuthError} `not_found` for an unknown client, `invalid_scope` when no scope is left, `invalid_request`
 */
export async function importConsent(
  ctx: Context,
  input: ConsentImport,
  { dryRun = false }: ConsentImportOptions = {},
): Promise<ConsentImportResult> {
  const client = typeof input.clientId === 'string' ? await ctx.storage.clients.find(input.clientId) : undefined
  if (client === undefined) throw new OAuthError('not_found', 'there is no such client: import the clients first')
  const { consent, omitted } = await readConsent(ctx, client, input)
  const id = await sha256(
    JSON.stringify([ctx.config.issuer, consent.clientId, consent.userId, consent.referenceId ?? null]),
  )
  const { records, consents } = ctx.storage
  const { clientId, userId, referenceId } = consent
  const [before, stored] = await Promise.all([
    records.find({ kind, id }),
    consents.find({ clientId, userId, ...(referenceId !== undefined && { referenceId }) }),
  ])
  if (before !== undefined) return { outcome: 'unchanged', omitted }
  if (stored !== undefined) return { outcome: isWithin(consent, stored) ? 'unchanged' : 'conflict', omitted }
  if (dryRun) return { outcome: 'imported', omitted }
  const now = ctx.clock.now()
  const mark = { kind, id, clientId, value: {}, version: 1, createdAt: now, expiresAt: now + remembered }
  if ((await records.insert(mark)) !== 'won') return { outcome: 'unchanged', omitted }
  try {
    await consents.remember(consent)
  } catch (cause) {
    // Otherwise a repetition would take the consent for imported.
    await records.take({ kind, id })
    throw cause
  }
  ctx.emit({ type: 'consent.imported', clientId, userId, scopes: consent.scope })
  return { outcome: 'imported', omitted }
}

/** Whether the stored consent has everything that the imported one has. */
function isWithin(imported: ConsentRecord, stored: ConsentRecord): boolean {
  return (['scope', 'resources', 'claims'] as const).every((member) =>
    imported[member].every((one) => stored[member].includes(one)),
  )
}

async function readConsent(
  ctx: Context,
  client: ClientRecord,
  input: ConsentImport,
): Promise<{ readonly consent: ConsentRecord; readonly omitted: readonly string[] }> {
  const { userId, referenceId } = input
  for (const [name, value] of Object.entries({ userId, referenceId })) {
    if (value === undefined && name === 'referenceId') continue
    if (typeof value !== 'string' || !canBeId(value)) throw invalid(`${name} must be text of 1 to 255 characters`)
  }
  const scopes = textsOf('scopes', input.scopes)
  const named = textsOf('resources', input.resources ?? [])
  const registered = registeredScopes(client.metadata)
  const known = (resource: string) => findResource(ctx.config.validAudiences, resource)
  const scope = scopes.filter((one) => registered.includes(one))
  if (scope.length === 0) {
    throw new OAuthError('invalid_scope', 'the client is registered for none of the scopes: import it with them first')
  }
  const now = ctx.clock.now()
  const createdAt = input.createdAt ?? now
  if (!Number.isSafeInteger(createdAt) || createdAt < 0 || createdAt > now) {
    throw invalid('createdAt must be a time in the past, in whole seconds since the epoch')
  }
  const destinations = await Promise.all(client.metadata.redirect_uris.map((uri) => consentDestination(client, uri)))
  return {
    omitted: [...scopes.filter((one) => !registered.includes(one)), ...named.filter((one) => known(one) === undefined)],
    consent: {
      id: createId('n', now, ctx.random),
      clientId: client.id,
      userId,
      ...(referenceId !== undefined && { referenceId }),
      scope,
      resources: [...new Set(named.flatMap((one) => known(one) ?? []))],
      claims: textsOf('claims', input.claims ?? []),
      redirectHosts: [...new Set(destinations.flatMap((one) => one ?? []))],
      createdAt,
      updatedAt: now,
    },
  }
}

/** The most entries of a list, and the longest entry. */
const mostEntries = 1000
const longestEntry = 2048

function textsOf(name: string, value: unknown): readonly string[] {
  const isList =
    Array.isArray(value) &&
    value.length <= mostEntries &&
    value.every((one) => typeof one === 'string' && one !== '' && one.length <= longestEntry)
  if (!isList) throw invalid(`${name} must be a list of at most ${mostEntries} texts`)
  return [...new Set(value as readonly string[])]
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}
