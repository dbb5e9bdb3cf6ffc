import type { ClientImport } from '@oauth/core'
import { otherSubjects, withoutLosses } from '../losses.ts'
import { isRow, listIn, member, objectIn, type Row, RowProblem, requiredText, secondsIn, textIn } from '../row.ts'
import type { ReadClient, ReadConsent, Source, SourceSettings } from '../source.ts'
import { registeredBy } from './owner.ts'

/**
 * `oidc-provider` for Node. Its adapters store one JSON payload for each model instance, in a table for each model or in one
 * table with the column `type`, which has the name of the model or a number.
 */
export const oidcProvider: Source = {
  tables: { clients: [], consents: [] },
  keys: { clients: ['id', 'client_id'], consents: ['id'] },
  consentsRepeat: true,
  client: readClient,
  consent: readGrant,
}

/** The numbers that the adapters in the examples of oidc-provider use in the column `type`. */
const numbers = { Client: 7, Grant: 13 } as const

/** Values that the other server fills in by itself, and that say nothing where the matching feature is not used. */
const fillings: Readonly<Record<string, readonly unknown[]>> = {
  authorization_signed_response_alg: ['RS256'],
  introspection_signed_response_alg: ['RS256'],
  backchannel_logout_session_required: [false],
  backchannel_user_code_parameter: [false],
  require_pushed_authorization_requests: [false],
  require_signed_request_object: [false],
  dpop_bound_access_tokens: [false],
  tls_client_certificate_bound_access_tokens: [false],
  use_mtls_endpoint_aliases: [false, true],
}

function readClient(row: Row, settings: SourceSettings): ReadClient | undefined {
  const payload = payloadOf(row, 'Client')
  if (payload === undefined) return undefined
  const { client_id_issued_at: _, response_modes: __, client_secret_expires_at: ___, ...metadata } = payload
  const kept = Object.entries(metadata).filter(
    ([name, value]) =>
      value !== null && !fillings[name]?.includes(value) && !(Array.isArray(value) && value.length === 0),
  )
  const issuedAt = secondsIn(payload, 'client_id_issued_at')
  const expiresAt = secondsIn(payload, 'client_secret_expires_at')
  const client = {
    ...Object.fromEntries(kept),
    client_id: requiredText(payload, 'client_id'),
    // The server keeps a secret also for clients that authenticate with keys. They do not need it.
    ...(usesSecret(payload) ? {} : { client_secret: undefined }),
    ...(expiresAt !== undefined && usesSecret(payload) && { client_secret_expires_at: expiresAt }),
    ...(issuedAt !== undefined && issuedAt > 0 && { client_id_issued_at: issuedAt }),
    ...(listIn(payload, 'redirect_uris') !== undefined && { redirect_uris: listIn(payload, 'redirect_uris') }),
    ...(listIn(payload, 'grant_types') !== undefined && { grant_types: listIn(payload, 'grant_types') }),
    ...(listIn(payload, 'response_types') !== undefined && { response_types: listIn(payload, 'response_types') }),
    ...registeredBy(undefined, settings),
  } as ClientImport
  return withoutLosses(client, payload.subject_type === 'pairwise' ? [otherSubjects] : [])
}

function usesSecret(payload: Row): boolean {
  return (textIn(payload, 'token_endpoint_auth_method') ?? 'client_secret_basic').startsWith('client_secret_')
}

function readGrant(row: Row, { now }: SourceSettings): ReadConsent | undefined {
  const payload = payloadOf(row, 'Grant')
  if (payload === undefined) return undefined
  const expiresAt = secondsIn(payload, 'exp')
  if (expiresAt !== undefined && expiresAt <= now) return undefined
  const rejected = objectIn(payload, 'rejected') ?? {}
  const granted = approvedIn(payload)
  const refused = approvedIn(rejected)
  const scopes = new Set(granted.scopes.filter((one) => one === 'openid' || !refused.scopes.includes(one)))
  const resources = [...granted.resources].map(([resource, all]) => {
    const without = refused.resources.get(resource) ?? []
    return [resource, all.filter((one) => !without.includes(one))] as const
  })
  const omitted: string[] = []
  for (const scope of new Set(resources.flatMap(([, of]) => of))) {
    // A consent here has one list of scopes for all its resources. A scope that was approved for some of them alone would
    // count for the others.
    if (resources.every(([, of]) => of.includes(scope))) scopes.add(scope)
    else omitted.push(scope)
  }
  if (member(payload, 'rar') !== undefined) omitted.push('authorization_details')
  const issuedAt = secondsIn(payload, 'iat')
  return {
    omitted,
    consent: {
      clientId: requiredText(payload, 'clientId'),
      userId: requiredText(payload, 'accountId'),
      scopes: [...scopes],
      resources: resources.map(([resource]) => resource),
      claims: granted.claims.filter((one) => !refused.claims.includes(one)),
      ...(issuedAt !== undefined && { createdAt: Math.min(issuedAt, now) }),
    },
  }
}

interface Approved {
  readonly scopes: readonly string[]
  readonly claims: readonly string[]
  readonly resources: ReadonlyMap<string, readonly string[]>
}

function approvedIn(payload: Row): Approved {
  const openid = objectIn(payload, 'openid') ?? {}
  const resources = Object.entries(objectIn(payload, 'resources') ?? {}).map(([resource, scope]) => {
    if (typeof scope !== 'string') throw new RowProblem('resources has a member without scopes')
    return [resource, scope.split(' ').filter((one) => one !== '')] as const
  })
  return {
    scopes: listIn(openid, 'scope') ?? [],
    claims: listIn(openid, 'claims') ?? [],
    resources: new Map(resources),
  }
}

/** Returns the payload of a row of this model; `undefined` for a row of another model. */
function payloadOf(row: Row, model: keyof typeof numbers): Row | undefined {
  const type = member(row, 'type') ?? member(row, 'model')
  const wraps = Object.hasOwn(row, 'payload') || Object.hasOwn(row, 'data')
  if (wraps && type !== undefined && type !== model && Number(type) !== numbers[model]) return undefined
  const payload = wraps ? (objectIn(row, 'payload') ?? objectIn(row, 'data')) : row
  if (!isRow(payload)) throw new RowProblem('payload is missing')
  // Every payload but that of a client names its model.
  const kind = textIn(payload, 'kind')
  if (model === 'Client') return kind === undefined && Object.hasOwn(payload, 'client_id') ? payload : undefined
  return kind === model ? payload : undefined
}
