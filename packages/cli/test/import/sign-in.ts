import { createProvider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import * as oauth from 'oauth4webapi'

interface ImportedClient {
  readonly client_id: string
  readonly client_secret: string
  readonly redirectUri: string
}

/** How the sign-in of a user ended: with these tokens, at the consent page, or with an error at the token endpoint. */
export type SignIn = oauth.TokenEndpointResponse | 'consent page' | { readonly error: string }

/**
 * Signs a user in at an imported client, with oauth4webapi against a server on the database that the import wrote.
 * @param file the SQLite database of the server
 */
export async function signIn(file: string, userId: string, client: ImportedClient, scope: string): Promise<SignIn> {
  const storage = sqliteStorage(file)
  const user = { id: userId }
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: { getSession: () => ({ user, session: { id: 'session', authTime: 1 } }), getUser: () => user },
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    loginUrl: '/login',
    consentUrl: '/consent',
  })
  try {
    const fetchHere = (url: string, init?: RequestInit): Promise<Response> => provider.fetch(new Request(url, init))
    const options = { [oauth.customFetch]: fetchHere as never }
    const issuer = new URL(provider.issuer)
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
    const verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(server.authorization_endpoint ?? '')
    const state = oauth.generateRandomState()
    const parameters = { response_type: 'code', scope, state, code_challenge_method: 'S256' }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    url.searchParams.set('client_id', client.client_id)
    url.searchParams.set('redirect_uri', client.redirectUri)
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier))
    const answer = await provider.fetch(new Request(url))
    const location = new URL(answer.headers.get('location') ?? '')
    if (location.pathname === '/consent') return 'consent page'
    const checked = oauth.validateAuthResponse(server, { client_id: client.client_id }, location, state)
    const authentication = oauth.ClientSecretBasic(client.client_secret)
    const own = { client_id: client.client_id }
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, own, authentication, checked, client.redirectUri, verifier, options] as const),
    )
    if (!response.ok) return { error: String(((await response.json()) as { error: unknown }).error) }
    return await oauth.processAuthorizationCodeResponse(server, own, response)
  } finally {
    await storage.close()
  }
}
