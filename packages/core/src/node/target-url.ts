/** A target that a URL parser would leave as it is: no dots as a segment, and no character that it would encode. */
const plain = /^(?:\/(?!(?:\.|%2e){1,2}(?:[/?]|$))[\w.~!$&()*+,;=:@%-]*)+(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/i

/**
 * Returns the URL of a request to Node under the issuer's origin, or `undefined` when its target is not a URL. Use it to ask
 * `provider.matches` about a request; `nodeListener` does so itself. Scheme and host come from the issuer, because any
 * client can forge them.
 * @param origin the origin of the issuer, for instance `https://id.example.com`
 * @param target the request target: a path, or a URL, whose scheme and host are ignored
 * @example
 * ```ts
 * const url = targetUrl(origin, incoming.url)
 * if (url !== undefined && provider.matches({ url })) listener(incoming, outgoing)
 * ```
 */
export function targetUrl(origin: string, target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  if (plain.test(target)) return origin + target
  const url = target.startsWith('/') ? origin + target : target
  if (!URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname.startsWith('/') ? origin + pathname + search : undefined
}
