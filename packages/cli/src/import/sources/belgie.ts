import type { ClientImport } from '@oauth/core'
import { withoutLosses } from '../losses.ts'
import { flagIn, listIn, objectIn, type Row, RowProblem, requiredText, secondsIn, textIn } from '../row.ts'
import type { ReadClient, ReadConsent, Source, SourceSettings } from '../source.ts'
import { registeredBy } from './owner.ts'

/** Belgie's OAuth server for Python: the tables `oauth_client` and `oauth_consent`. */
export const belgie: Source = {
  tables: { clients: ['oauth_client'], consents: ['oauth_consent'] },
  keys: { clients: ['client_id'], consents: ['id'] },
  consentsRepeat: false,
  client: readClient,
  consent: readConsent,
}

const texts = [
  ...(['scope', 'client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'software_id'] as const),
  ...(['software_version', 'subject_type', 'reference_id'] as const),
]
const lists = ['redirect_uris', 'post_logout_redirect_uris', 'grant_types', 'response_types', 'contacts'] as const
const flags = ['disabled', 'skip_consent', 'require_pkce', 'enable_end_session'] as const

function readClient(row: Row, settings: SourceSettings): ReadClient {
  const method = textIn(row, 'token_endpoint_auth_method') ?? 'client_secret_basic'
  const owner = textIn(row, 'individual_id')
  const issuedAt = secondsIn(row, 'client_id_issued_at') ?? secondsIn(row, 'created_at')
  const data = objectIn(row, 'metadata_json')
  const members = {
    client_id: requiredText(row, 'client_id'),
    token_endpoint_auth_method: method,
    ...Object.fromEntries(texts.map((name) => [name, textIn(row, name)])),
    ...Object.fromEntries(lists.map((name) => [name, listIn(row, name)])),
    ...Object.fromEntries(flags.map((name) => [name, flagIn(row, name)])),
    application_type: textIn(row, 'type') === 'native' ? 'native' : undefined,
    metadata: data !== undefined && Object.keys(data).length > 0 ? data : undefined,
    user_id: owner,
    client_id_issued_at: issuedAt,
    ...(method === 'none' ? {} : secretOf(row, settings)),
    ...registeredBy(owner, settings),
  }
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return withoutLosses(Object.fromEntries(present) as unknown as ClientImport)
}

/** The row has the secret without its prefix: the hash always, and the plain text where it signs ID tokens. */
function secretOf(
  row: Row,
  { secretPrefix = '', secrets }: SourceSettings,
): Pick<ClientImport, 'client_secret' | 'client_secret_hash' | 'client_secret_expires_at'> {
  const plain = textIn(row, 'client_secret')
  const hash = textIn(row, 'client_secret_hash')
  const expiresAt = secondsIn(row, 'client_secret_expires_at')
  const until = expiresAt === undefined ? {} : { client_secret_expires_at: expiresAt }
  if (plain !== undefined && secrets !== 'sha256') return { client_secret: secretPrefix + plain, ...until }
  if (hash === undefined) return {}
  if (secrets === 'plain') throw new RowProblem('the row has the hash of the secret alone: leave --secrets plain out')
  const prefix = secretPrefix === '' ? {} : { prefix: secretPrefix }
  return { client_secret_hash: { algorithm: 'sha256', value: hash, ...prefix }, ...until }
}

function readConsent(row: Row, { now }: SourceSettings): ReadConsent {
  const createdAt = secondsIn(row, 'created_at')
  return {
    omitted: [],
    consent: {
      clientId: requiredText(row, 'client_id'),
      userId: requiredText(row, 'individual_id'),
      referenceId: textIn(row, 'reference_id'),
      scopes: listIn(row, 'scopes') ?? [],
      ...(createdAt !== undefined && { createdAt: Math.min(createdAt, now) }),
    },
  }
}
