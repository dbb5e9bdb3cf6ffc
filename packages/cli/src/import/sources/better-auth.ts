import type { ClientImport } from '@oauth/core'
import { otherSubjects, withoutLosses } from '../losses.ts'
import { flagIn, listIn, objectIn, type Row, RowProblem, requiredText, secondsIn, textIn } from '../row.ts'
import type { Loss, ReadClient, ReadConsent, Source, SourceSettings } from '../source.ts'
import { registeredBy } from './owner.ts'

/**
 * better-auth, with the plugin of the package `@better-auth/oauth-provider` (tables `oauthClient`, `oauthConsent`) or with the
 * earlier plugins `oidcProvider` and `mcp` (tables `oauthApplication`, `oauthConsent`).
 */
export const betterAuth: Source = {
  tables: {
    clients: ['oauthClient', 'oauth_client', 'oauthApplication', 'oauth_application'],
    consents: ['oauthConsent', 'oauth_consent'],
  },
  keys: { clients: ['clientId', 'client_id'], consents: ['id'] },
  consentsRepeat: false,
  client: (row, settings) => (isEarlier(row) ? readApplication(row, settings) : readClient(row, settings)),
  consent: readConsent,
}

function isEarlier(row: Row): boolean {
  const names = ['redirectUrls', 'redirectURLs', 'redirect_urls']
  return names.some((name) => Object.hasOwn(row, name))
}

function readClient(row: Row, settings: SourceSettings): ReadClient {
  if (textIn(row, 'clientDiscoveryId') !== undefined) {
    throw new RowProblem('the client is a document at a URL: install the feature clientIdMetadataDocuments instead')
  }
  const method = textIn(row, 'tokenEndpointAuthMethod') ?? 'client_secret_basic'
  const scopes = listIn(row, 'scopes')
  const grants = listIn(row, 'grantTypes') ?? ['authorization_code']
  const dpop = flagIn(row, 'dpopBoundAccessTokens')
  const withSid = flagIn(row, 'backchannelLogoutSessionRequired')
  const data = objectIn(row, 'metadata')
  const expiresAt = secondsIn(row, 'expiresAt')
  const metadata = {
    ...ofBoth(row),
    token_endpoint_auth_method: method,
    grant_types: grants,
    redirect_uris: listIn(row, 'redirectUris') ?? [],
    response_types: listIn(row, 'responseTypes'),
    scope: scopes?.join(' '),
    application_type: textIn(row, 'applicationType'),
    client_uri: textIn(row, 'uri'),
    contacts: listIn(row, 'contacts'),
    tos_uri: textIn(row, 'tos'),
    policy_uri: textIn(row, 'policy'),
    software_id: textIn(row, 'softwareId'),
    software_version: textIn(row, 'softwareVersion'),
    post_logout_redirect_uris: listIn(row, 'postLogoutRedirectUris'),
    backchannel_logout_uri: textIn(row, 'backchannelLogoutUri'),
    backchannel_logout_session_required: withSid === true ? true : undefined,
    jwks: objectIn(row, 'jwks'),
    jwks_uri: textIn(row, 'jwksUri'),
    skip_consent: flagIn(row, 'skipConsent'),
    enable_end_session: flagIn(row, 'enableEndSession'),
    require_pkce: flagIn(row, 'requirePKCE'),
    dpop_bound_access_tokens: dpop === true ? true : undefined,
    subject_type: textIn(row, 'subjectType'),
    reference_id: textIn(row, 'referenceId'),
    client_secret_expires_at: expiresAt,
    metadata: data !== undefined && Object.keys(data).length > 0 ? data : undefined,
    ...secretOf(row, method, settings.secrets ?? 'sha256', settings),
    ...registeredBy(textIn(row, 'userId'), settings),
  }
  const losses = metadata.subject_type === 'pairwise' ? [otherSubjects] : []
  return withoutLosses(present(metadata), [
    ...losses,
    ...machineLosses(grants, scopes, listIn(row, 'clientCredentialsScopes')),
  ])
}

/** The scopes about users, which no client gets without a user. */
const userScopes: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])

/** Without a user, a client may have fewer scopes there than it is registered for. Here it would get all of them. */
function machineLosses(
  grants: readonly string[],
  scopes: readonly string[] | undefined,
  allowed: readonly string[] | undefined,
): readonly Loss[] {
  if (!grants.includes('client_credentials') || allowed === undefined) return []
  const more = scopes?.filter((one) => !allowed.includes(one) && !userScopes.has(one)) ?? []
  if (more.length === 0) return []
  return [
    {
      member: 'clientCredentialsScopes',
      text: `the client would also get ${more.join(', ')} without a user; register it twice, once for each purpose`,
    },
  ]
}

function readApplication(row: Row, settings: SourceSettings): ReadClient {
  const type = textIn(row, 'type')
  const method = type === 'public' || textIn(row, 'clientSecret') === undefined ? 'none' : 'client_secret_basic'
  const data = objectIn(row, 'metadata')
  const redirects = listIn(row, 'redirectUrls', ',') ?? listIn(row, 'redirectURLs', ',') ?? []
  return withoutLosses(
    present({
      ...ofBoth(row),
      token_endpoint_auth_method: method,
      // The plugin gives every client both.
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: redirects,
      application_type: type === 'native' ? type : undefined,
      metadata: data !== undefined && Object.keys(data).length > 0 ? data : undefined,
      ...secretOf(row, method, settings.secrets ?? formatOfEarlier(row), settings),
      ...registeredBy(textIn(row, 'userId'), settings),
    }),
  )
}

/** The earlier plugins store secrets in plain text by default, with 32 letters. */
function formatOfEarlier(row: Row): 'plain' {
  if (textIn(row, 'clientSecret')?.length !== 43) return 'plain'
  throw new RowProblem('the secret may be plain text or a hash: say which with --secrets plain or --secrets sha256')
}

/** The members that the tables of both plugins have. */
function ofBoth(row: Row) {
  return {
    client_id: requiredText(row, 'clientId'),
    client_name: textIn(row, 'name'),
    logo_uri: textIn(row, 'icon'),
    user_id: textIn(row, 'userId'),
    disabled: flagIn(row, 'disabled'),
    client_id_issued_at: secondsIn(row, 'createdAt'),
  }
}

function secretOf(
  row: Row,
  method: string,
  format: 'plain' | 'sha256',
  { secretPrefix = '', withoutSecrets }: SourceSettings,
): Pick<ClientImport, 'client_secret' | 'client_secret_hash'> {
  const stored = method.startsWith('client_secret_') ? textIn(row, 'clientSecret') : undefined
  if (stored === undefined) return {}
  if (format === 'plain') return { client_secret: secretPrefix + stored }
  if (/^[\w-]{43}$/.test(stored)) {
    return {
      client_secret_hash: { algorithm: 'sha256', value: stored, ...(secretPrefix !== '' && { prefix: secretPrefix }) },
    }
  }
  if (withoutSecrets) return {}
  throw new RowProblem(
    'the secret is no SHA-256 hash: plain text needs --secrets plain; one that is encrypted or hashed by a function of yours cannot be read, so decrypt it first, or give the client a new secret with --without-secrets',
  )
}

function present(metadata: Readonly<Record<string, unknown>>): ClientImport {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== undefined),
  ) as unknown as ClientImport
}

function readConsent(row: Row, { now }: SourceSettings): ReadConsent | undefined {
  // The earlier plugins also store that a user said no.
  if (flagIn(row, 'consentGiven') === false) return undefined
  const createdAt = secondsIn(row, 'createdAt')
  return {
    omitted: [],
    consent: {
      clientId: requiredText(row, 'clientId'),
      userId: requiredText(row, 'userId'),
      referenceId: textIn(row, 'referenceId'),
      scopes: listIn(row, 'scopes') ?? [],
      resources: listIn(row, 'resources') ?? [],
      claims: listIn(row, 'requestedUserInfoClaims') ?? [],
      ...(createdAt !== undefined && { createdAt: Math.min(createdAt, now) }),
    },
  }
}
