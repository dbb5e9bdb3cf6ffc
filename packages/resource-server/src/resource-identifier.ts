/**
 * Tells whether two identifiers name the same resource, as the authorization server compares them: capital letters in
 * scheme and host ({@link https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.1 RFC 3986 section 6.2.2.1}) and one slash at
 * the end make no difference. Everything else is compared as text.
 */
export function isSameResource(one: string, other: string): boolean {
  return one === other || normalized(one) === normalized(other)
}

function normalized(uri: string): string {
  const origin = /^[a-z][a-z0-9+.-]*:(?:\/\/[^/?#@]*(?=[/?#]|$))?/i.exec(uri)?.[0] ?? ''
  const rest = uri.slice(origin.length)
  return origin.toLowerCase() + (rest.endsWith('/') ? rest.slice(0, -1) : rest)
}
