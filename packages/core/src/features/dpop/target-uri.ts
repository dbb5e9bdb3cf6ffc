/** An absolute `http` or `https` URL without user information. A URL parser would repair blanks, slashes and backslashes. */
const targetUri = /^(https?:\/\/[^\s\\/?#@]+(?:\/[^\s\\?#]*)?)(?:[?#]\S*)?$/i

/**
 * Normalises an `http` or `https` URL for the comparison of `htu` ({@link
 * https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}, {@link
 * https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2 RFC 3986 section 6.2.2}): it leaves out query, fragment and default
 * port, writes scheme and host in lower case, removes dot segments and decodes unreserved characters.
 * @returns `undefined` for any other text
 */
export function normalizeTargetUri(text: string): string | undefined {
  const target = targetUri.exec(text)?.[1]
  if (target === undefined || !URL.canParse(target)) return undefined
  const { origin, pathname } = new URL(target)
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, normalizeEncoded)
}

/** Whether two URLs are the same target. A text that is no `http` or `https` URL is the same as none, not even as itself. */
export function isSameTarget(one: string, other: string): boolean {
  const normalized = normalizeTargetUri(one)
  return normalized !== undefined && normalized === normalizeTargetUri(other)
}

/** Decodes a percent-encoded octet that stands for an unreserved character, and writes any other in upper case. */
function normalizeEncoded(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase()
}
