import type { Mountable } from '../server/received-at.ts'
import type { IncomingRequest } from './platform.ts'
import { targetUrl } from './target-url.ts'

/**
 * Makes the function that returns the URL of a request to Node, or `undefined` when its target is not a URL. The origin is that
 * of the issuer. With several issuers (`createTenants`), the `Host` header (`:authority` in HTTP/2) chooses one of their
 * origins. Use it to ask `matches` about a request; `nodeListener` does so itself.
 * @example
 * ```ts
 * const urlOf = requestUrl(tenants)
 * const url = urlOf(incoming)
 * if (url !== undefined && tenants.matches({ url })) listener(incoming, outgoing)
 * ```
 */
export function requestUrl(
  provider: Mountable,
): (incoming: Pick<IncomingRequest, 'url' | 'originalUrl' | 'rawHeaders'>) => string | undefined {
  const { originOf } = provider
  if (originOf !== undefined) {
    return (incoming) => targetUrl(originOf(hostOf(incoming)), incoming.originalUrl ?? incoming.url)
  }
  const { origin } = new URL(provider.issuer)
  return ({ originalUrl, url }) => targetUrl(origin, originalUrl ?? url)
}

/** Returns the host that a request names. Node refuses a request with several `Host` headers. */
function hostOf({ rawHeaders }: Pick<IncomingRequest, 'rawHeaders'>): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    if (name === 'host' || name === ':authority') return rawHeaders[index + 1]
  }
  return undefined
}
