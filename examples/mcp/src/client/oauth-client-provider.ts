import { randomUUID } from 'node:crypto'
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'

export interface ClientSetup {
  /** The redirect URI, to which the authorization server sends the browser. */
  readonly redirectUrl: string
  /** Sends the user to the authorization server. */
  readonly open: (url: URL) => void
  /** Default: the grant types of a client that refreshes its tokens. */
  readonly grantTypes?: readonly string[]
}

export interface MemoryClient extends OAuthClientProvider {
  /**
   * Returns the code of an authorization response, or `undefined` when the `state` or the issuer is another one (RFC 9207;
   * this version of the SDK leaves that check to its host).
   * @throws {Error} when the response is an error
   */
  readCallback(url: URL): string | undefined
  tokens(): OAuthTokens | undefined
  invalidateCredentials(what: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void
}

/** Stores the values that the SDK asks its host to keep. The SDK implements the whole protocol itself. */
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
