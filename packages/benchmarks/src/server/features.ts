import type { Feature } from '@oauth/core/feature'
import { cibaGrantType, deviceGrantType, exchangeGrantType, type FeatureName, fastResource } from '../protocol.ts'
import { loadBuilt } from './open-storage.ts'

/** A module of a built feature, of which each function makes a feature. */
type Made = Readonly<Record<string, (options?: object) => Feature>>

interface Factory {
  /** The name of the function that makes the feature. */
  readonly factory: string
  readonly options?: object
  /** What a client registers to use the feature. Its grant types come on top of the others. */
  readonly client?: { readonly grant_types?: readonly string[]; readonly [member: string]: unknown }
  /** Whether the client has a key. */
  readonly key?: true
}

/** The host's rules for a payment, like those of `examples/server`, without a schema library. */
const payment = {
  schema: {
    '~standard': { version: 1, vendor: 'benchmark', validate: (value: object) => ({ value }) },
  },
  rememberConsent: true,
  withoutUser: () => true,
}

const factories: Readonly<Record<FeatureName, Factory>> = {
  'backchannel-authentication': {
    factory: 'ciba',
    options: {
      resolveUser: () => 'user-alice',
      notifyUser: () => {},
      prompts: { perClient: 100, perUser: 1000 },
    },
    client: { grant_types: [cibaGrantType], backchannel_token_delivery_mode: 'poll' },
  },
  'device-authorization': {
    factory: 'deviceAuthorization',
    options: { verificationUri: '/device' },
    client: { grant_types: [deviceGrantType] },
  },
  dpop: { factory: 'dpop' },
  'encrypted-responses': {
    factory: 'encryptedResponses',
    client: { id_token_encrypted_response_alg: 'ECDH-ES' },
    key: true,
  },
  jarm: { factory: 'jarm', client: { authorization_signed_response_alg: 'ES256' } },
  'jwt-introspection': { factory: 'jwtIntrospection', client: { introspection_signed_response_alg: 'ES256' } },
  'jwt-secured-requests': { factory: 'jwtSecuredRequests', key: true },
  'mutual-tls': {
    factory: 'mutualTls',
    options: { clientCertificate: certificateOf },
    client: {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=benchmark,O=Example,C=DE',
      tls_client_certificate_bound_access_tokens: true,
    },
  },
  'private-key-jwt': {
    factory: 'privateKeyJwt',
    client: { token_endpoint_auth_method: 'private_key_jwt' },
    key: true,
  },
  'pushed-authorization-requests': { factory: 'pushedAuthorizationRequests' },
  'rich-authorization-requests': { factory: 'richAuthorizationRequests', options: { types: { payment } } },
  'token-exchange': {
    factory: 'tokenExchange',
    options: { accessTokens: { authorize: () => ({ mode: 'delegation', resources: [fastResource] }) } },
    client: { grant_types: [exchangeGrantType] },
  },
}

/** Reads the certificate that a proxy has verified, as `certificateFromHeader` does with `format: 'base64'`. */
function certificateOf(request: Request): object | undefined {
  const header = request.headers.get('x-client-cert')
  return header === null ? undefined : { certificate: Buffer.from(header, 'base64'), chainVerified: true }
}

/** What a client registers to use features, and whether it needs a key. */
export function registrationFor(names: readonly FeatureName[]): {
  readonly grantTypes: readonly string[]
  readonly members: object
  readonly key: boolean
} {
  const used = names.map((name) => factories[name])
  return {
    grantTypes: used.flatMap(({ client }) => client?.grant_types ?? []),
    members: Object.assign({}, ...used.map(({ client: { grant_types: _, ...members } = {} }) => members)),
    key: used.some(({ key }) => key === true),
  }
}

/** Makes a feature of the built core. */
export async function makeFeature(core: string, name: FeatureName): Promise<Feature> {
  const made = await loadBuilt<Made>(core, `features/${name}/${name}.js`)
  const { factory, options } = factories[name]
  const make = made[factory]
  if (make === undefined) throw new Error(`features/${name} has no ${factory}`)
  return options === undefined ? make() : make(options)
}
