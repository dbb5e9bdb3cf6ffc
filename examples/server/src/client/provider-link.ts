import * as oauth from 'oauth4webapi'
import type { Log } from './log.ts'
import type { Registration } from './registration.ts'

/** The values that a client needs before discovery: the issuer, and its id and secret from the registration. */
export interface RelyingPartyOptions extends Registration {
  readonly issuer: string
}

/** What each request of the client needs: who asks whom, and how. */
export interface ProviderLink {
  readonly registration: Registration
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  /** Returns the provider's metadata, which it reads once. */
  server(log: Log): Promise<oauth.AuthorizationServer>
  /** The options of a request that the log writes down with what it is for. */
  http(
    log: Log,
    what: string,
  ): oauth.HttpRequestOptions<'GET', undefined> & oauth.HttpRequestOptions<'POST', URLSearchParams>
}

/** Links the client to its provider by the issuer alone: everything else is in the discovery document. */
export function createProviderLink(options: RelyingPartyOptions): ProviderLink {
  // Allow plain http only for a provider on this machine.
  const insecure = options.issuer.startsWith('http:') ? { [oauth.allowInsecureRequests]: true } : {}
  const http: ProviderLink['http'] = (log, what) => ({ ...insecure, [oauth.customFetch]: log.fetch(what) })
  let discovered: Promise<oauth.AuthorizationServer> | undefined

  async function discover(log: Log): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(options.issuer)
    const request = { algorithm: 'oidc', ...http(log, 'Reads the discovery document, once') } as const
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, request))
  }

  return {
    registration: options,
    client: { client_id: options.clientId },
    authentication: oauth.ClientSecretBasic(options.clientSecret),
    server(log) {
      discovered ??= discover(log).catch((error: unknown) => {
        discovered = undefined
        throw error
      })
      return discovered
    },
    http,
  }
}

type Endpoint = 'authorization_endpoint' | 'end_session_endpoint'

/** Returns a URL of the discovery document that the browser is sent to. */
export function endpointOf(as: oauth.AuthorizationServer, name: Endpoint): URL {
  const url = as[name]
  if (url === undefined) throw new Error(`The discovery document has no ${name}.`)
  return new URL(url)
}
