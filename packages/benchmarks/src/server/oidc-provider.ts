import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { eddsaResource, fastResource, redirectUri, resource, type ServerSettings } from '../protocol.ts'
import { createAdapter } from './oidc-provider-storage.ts'
import { anyClients, type Served } from './served.ts'

/** The part of oidc-provider's interface that is used here. The package has no types. */
interface OidcProvider {
  readonly callback: () => RequestListener
  readonly Grant: new (
    of: object,
  ) => { readonly addOIDCScope: (scope: string) => void; readonly save: () => Promise<string> }
  readonly Session: new (
    of: object,
  ) => {
    jti: string
    readonly loginAccount: (of: object) => void
    readonly ensureClientContainer: (clientId: string) => void
    grantIdFor: (clientId: string, grantId: string) => void
    readonly save: (seconds: number) => Promise<string>
  }
}

const mount = '/auth'
const user = { sub: 'user-alice', name: 'Alice Archer', given_name: 'Alice', family_name: 'Archer' }
const claims = { ...user, email: 'alice@example.com', email_verified: true }
const algorithms = { [resource]: 'RS256', [fastResource]: 'ES256', [eddsaResource]: 'EdDSA' } as const

/** Serves the same requests with oidc-provider, to which the table compares: its defaults, and the same grants and tokens. */
export async function serveOidcProvider({ directory }: ServerSettings): Promise<Served> {
  Object.assign(process.env, { NODE_ENV: 'production' })
  const { default: Provider } = await import('oidc-provider' as string)
  const Adapter = createAdapter(directory)
  const provider: OidcProvider = new Provider(`http://localhost:9000${mount}`, { ...configuration(), adapter: Adapter })
  await signIn(provider)
  const handle = provider.callback()
  return {
    clients: anyClients,
    listener(request, response) {
      // As Express does for a mounted application.
      Object.assign(request, { originalUrl: request.url })
      request.url = request.url?.slice(mount.length)
      handle(request, response)
    },
  }
}

function configuration(): object {
  return {
    clients: Object.entries(anyClients).map(([algorithm, { id, secret }]) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      scope: 'openid profile email offline_access notes:read',
      id_token_signed_response_alg: algorithm,
    })),
    jwks: { keys: keys() },
    cookies: { names: { session: 'session' } },
    // Its own defaults, as numbers.
    ttl: {
      AccessToken: 3600,
      ClientCredentials: 600,
      Grant: 1_209_600,
      IdToken: 3600,
      RefreshToken: 1_209_600,
      Session: 1_209_600,
    },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'notes:read'],
    claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'] },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => claims }),
    issueRefreshToken: (_: unknown, __: unknown, code: { readonly scopes: ReadonlySet<string> }) =>
      code.scopes.has('notes:read'),
    // Its default rotates the token of a confidential client only near its end.
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer, defaultResource: () => undefined },
    },
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      introspection: '/oauth2/introspect',
      userinfo: '/oauth2/userinfo',
    },
  }
}

function resourceServer(_: unknown, indicator: keyof typeof algorithms): object {
  const alg = algorithms[indicator]
  return { scope: 'notes:read', audience: indicator, accessTokenFormat: 'jwt', jwt: { sign: { alg } } }
}

function keys(): readonly object[] {
  const pairs: Readonly<Record<string, { readonly privateKey: KeyObject }>> = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  return Object.entries(pairs).map(([alg, { privateKey }]) => ({
    ...privateKey.export({ format: 'jwk' }),
    alg,
    kid: `key-${alg}`,
    use: 'sig',
  }))
}

/** Stores a session of the user, with a grant for each client, so that no request leads to a page. */
async function signIn(provider: OidcProvider): Promise<void> {
  const session = new provider.Session({ jti: 'session-1' })
  session.loginAccount({ accountId: user.sub, loginTs: Math.floor(Date.now() / 1000), amr: ['pwd'] })
  for (const { id } of Object.values(anyClients)) {
    const grant = new provider.Grant({ accountId: user.sub, clientId: id })
    grant.addOIDCScope('openid profile email offline_access notes:read')
    session.ensureClientContainer(id)
    session.grantIdFor(id, await grant.save())
  }
  await session.save(86_400)
}
