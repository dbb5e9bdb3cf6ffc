import { randomUUID } from 'node:crypto'

/** The members of a token response that the clients read. */
export interface Tokens {
  readonly access_token: string
  readonly token_type: string
  readonly refresh_token?: string
  readonly scope?: string
}

export interface ClientMetadata {
  client_name: string
  redirect_uris: string[]
  grant_types: string[]
  response_types: string[]
  token_endpoint_auth_method: string
  scope?: string
}

/** Nothing listens there: the browser stops before it, and the test reads the URL as the client's host would. */
export const redirectUrl = 'http://127.0.0.1:45454/oauth/callback'

/**
 * What an OAuth client of MCP leaves to the program around it: it keeps values and opens the browser. The clients of all
 * tested versions take it as their `OAuthClientProvider`; an older one ignores the members that a newer one added.
 * @param clientMetadataUrl the URL of the program's metadata document, if it has one
 */
export function createClientHost(metadata: Partial<ClientMetadata> = {}, clientMetadataUrl?: string) {
  const kept: Record<string, unknown> = {}
  const asked: URL[] = []
  const keep = (name: string) => (value: unknown) => {
    kept[name] = value
  }
  return {
    /** The authorization URLs that the client wanted to open, in order. */
    asked,
    redirectUrl,
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    clientMetadata: {
      client_name: 'A client of the tests',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    } satisfies ClientMetadata,
    redirectToAuthorization: (url: URL) => void asked.push(url),
    state: () => {
      kept.state = randomUUID()
      return kept.state as string
    },
    saveState: keep('state'),
    storedState: () => kept.state as string | undefined,
    clientInformation: () => kept.client as { client_id: string } | undefined,
    saveClientInformation: keep('client'),
    isClientInformationDynamicallyRegistered: () => true,
    tokens: () => kept.tokens as Tokens | undefined,
    saveTokens: keep('tokens'),
    codeVerifier: () => kept.verifier as string,
    saveCodeVerifier: keep('verifier'),
    discoveryState: () => kept.discovery as never,
    saveDiscoveryState: keep('discovery'),
    authorizationServerInformation: () => kept.server as never,
    saveAuthorizationServerInformation: keep('server'),
    invalidateCredentials: (what: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery') => {
      for (const name of ['client', 'tokens', 'verifier', 'discovery']) {
        if (what === 'all' || what === name) delete kept[name]
      }
    },
  }
}

export type ClientHost = ReturnType<typeof createClientHost>
