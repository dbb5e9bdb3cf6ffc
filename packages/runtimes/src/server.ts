import { createProvider, type Provider, type SigningAlgorithm, type Storage } from '@oauth/core'

export const baseUrl = 'https://id.example.com'
export const resource = 'https://api.example.com'
export const user = { id: 'user-alice', name: 'Alice Archer', email: 'alice@example.com', emailVerified: true }

/** The authorization server of the journey. */
export interface Server {
  readonly provider: Provider
  /** The algorithm of ID tokens and access tokens. */
  readonly algorithm: SigningAlgorithm
  /** The causes of server failures, which responses do not contain. Whoever reads the list empties it. */
  readonly causes: unknown[]
}

/** Creates the server while the module loads, as an application does. At that time workerd allows no I/O or randomness. */
export function createServer(storage: Storage, algorithm: SigningAlgorithm = 'RS256'): Server {
  const causes: unknown[] = []
  const provider = createProvider({
    baseUrl,
    secret: 'a-secret-for-the-smoke-test-with-enough-characters',
    storage,
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [resource],
    idTokenSigningAlgorithm: algorithm,
    accessTokenSigningAlgorithm: algorithm,
    logger: false,
    onEvent: (event) => {
      if (event.type === 'request.failed') causes.push(event.cause)
    },
    authentication: {
      getSession: (request) =>
        request.headers.get('cookie') === 'session=1'
          ? { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000) } }
          : undefined,
      getUser: (id) => (id === user.id ? user : undefined),
    },
  })
  return { provider, algorithm, causes }
}
