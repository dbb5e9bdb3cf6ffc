/** A target that a URL parser would leave as it is: no dots as a segment, and no character that it would encode. */
const plain = /^(?:\/(?!(?:\.|%2e){1,2}(?:[/?]|$))[\w.~!$&()*+,;=:@%-]*)+(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/i

/**
 * Returns the URL of a request under the issuer's origin, or `undefined` when the target is not a URL. Scheme and host
 * come from the issuer, because any client can forge them.
 */
export function targetUrl(origin: string, target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  if (plain.test(target)) return origin + target
  const url = target.startsWith('/') ? origin + target : target
  if (!URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname.startsWith('/') ? origin + pathname + search : undefined
}
