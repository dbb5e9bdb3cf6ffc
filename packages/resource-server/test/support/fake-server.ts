import { createTokenVerifier, type RemoteVerifierOptions, type TokenVerifier } from '@oauth/resource-server'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { createNetwork, type Network } from './network.ts'
import { api } from './setup.ts'

export const fakeIssuer = 'https://as.example'
export const now = 1_800_000_000

/** An authorization server whose responses and signed tokens a test can choose. */
export interface FakeServer {
  readonly network: Network
  /** The responses by path. A test replaces the ones that it wants to be wrong. */
  readonly answers: Map<string, (request: Request) => Response | Promise<Response>>
  readonly metadata: Record<string, unknown>
  /** Signs a valid token with these changes to its claims. A claim that is `undefined` is left out. */
  sign(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>
  verifierWith(options?: Partial<RemoteVerifierOptions>): TokenVerifier
}

export const goodClaims: JWTPayload = {
  iss: fakeIssuer,
  aud: api,
  sub: 'someone',
  client_id: 'a-client',
  scope: 'notes:read',
  jti: 'a-token',
  iat: now,
  exp: now + 60,
}

/** The introspection response for a valid token. */
export const goodAnswer = { ...goodClaims, active: true, token_type: 'Bearer' }

export async function createFakeServer(): Promise<FakeServer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const metadata: Record<string, unknown> = {
    issuer: fakeIssuer,
    jwks_uri: `${fakeIssuer}/jwks`,
    introspection_endpoint: `${fakeIssuer}/introspect`,
  }
  const answers: FakeServer['answers'] = new Map([
    ['/.well-known/oauth-authorization-server', () => Response.json(metadata)],
    ['/jwks', () => Response.json({ keys: [jwk] })],
    ['/introspect', () => Response.json(goodAnswer)],
  ])
  const network = createNetwork(async (request) => {
    const answer = answers.get(new URL(request.url).pathname)
    return answer === undefined ? new Response('nothing here', { status: 404 }) : answer(request)
  })
  return {
    network,
    answers,
    metadata,
    sign: (claims = {}, header = {}) => {
      const all = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1', ...header }
      return new SignJWT(JSON.parse(JSON.stringify({ ...goodClaims, ...claims })))
        .setProtectedHeader(JSON.parse(JSON.stringify(all)))
        .sign(privateKey, { crit: { 'urn:example:extension': true } })
    },
    verifierWith: (options = {}) =>
      createTokenVerifier({
        issuer: fakeIssuer,
        audience: api,
        clock: { now: () => now },
        fetch: network.fetch,
        ...options,
      }),
  }
}

export const credentials = { clientId: 'api', clientSecret: 'secret' }
