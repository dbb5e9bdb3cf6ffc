import { randomUUID } from 'node:crypto'
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'

export interface ClientSetup {
  /** Where the authorization server sends the browser back to. */
  readonly redirectUrl: string
  /** Sends the user to the authorization server. */
  readonly open: (url: URL) => void
  /** Default: what a client needs that refreshes. */
  readonly grantTypes?: readonly string[]
}

export interface MemoryClient extends OAuthClientProvider {
  /**
   * The code in what came back; `undefined` when it is no answer to what was asked: another `state`, or another issuer
   * (RFC 9207), which this version of the SDK leaves to its host.
   * @throws {Error} when the answer is no
   */
  readCallback(url: URL): string | undefined
  tokens(): OAuthTokens | undefined
  invalidateCredentials(what: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void
}

/** What the SDK asks of its host: to keep things for it. All of the protocol is the SDK's own. */
export function createMemoryClient({ redirectUrl, open, grantTypes }: ClientSetup): MemoryClient {
  let information: OAuthClientInformationMixed | undefined
  let tokens: OAuthTokens | undefined
  let discovery: OAuthDiscoveryState | undefined
  let verifier: string | undefined
  let state: string | undefined

  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'Example MCP client',
      redirect_uris: [redirectUrl],
      grant_types: [...(grantTypes ?? ['authorization_code', 'refresh_token'])],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => {
      state = randomUUID()
      return state
    },
    clientInformation: () => information,
    saveClientInformation: (given) => {
      information = given
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given
    },
    discoveryState: () => discovery,
    saveDiscoveryState: (given) => {
      discovery = given
    },
    saveCodeVerifier: (given) => {
      verifier = given
    },
    codeVerifier: () => verifier ?? '',
    redirectToAuthorization: open,
    invalidateCredentials: (what) => {
      if (what === 'all' || what === 'client') information = undefined
      if (what === 'all' || what === 'tokens') tokens = undefined
      if (what === 'all' || what === 'discovery') discovery = undefined
      if (what === 'all' || what === 'verifier') verifier = undefined
    },
    readCallback(url) {
      const answer = url.searchParams
      const issuer = discovery?.authorizationServerMetadata?.issuer
      if (state === undefined || answer.get('state') !== state || answer.get('iss') !== issuer) return undefined
      state = undefined
      const code = answer.get('code')
      if (code === null) throw new Error(answer.get('error_description') ?? answer.get('error') ?? 'no code')
      return code
    },
  }
}
