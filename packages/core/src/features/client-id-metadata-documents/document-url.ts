import { isLoopbackHost, webHost } from '../../protocol/web-host.ts'
import { longestId } from '../../storage/stored-id.ts'

/** Which URLs can be the id of a client. */
export interface DocumentUrlRules {
  readonly allowQuery: boolean
  /** Also `http` and `https` URLs of this machine, for development. */
  readonly allowLoopback: boolean
  /** How many characters an id may have in this storage. Default: 255. */
  readonly longestId?: number | undefined
}

/** Tells whether an id is meant as the URL of a document. It looks at the beginning alone: any https URL is. */
export function looksLikeDocumentUrl(clientId: string, { allowLoopback }: DocumentUrlRules): boolean {
  return clientId.startsWith('https://') || (allowLoopback && isLoopbackUrl(clientId))
}

/** Tells whether a text is an http(s) URL of this machine. */
export function isLoopbackUrl(text: string): boolean {
  const host = /^https?:\/\//.test(text) ? webHost(text) : undefined
  return host !== undefined && isLoopbackHost(host.hostname)
}

/**
 * Tells why a URL cannot be the id of a client; `undefined` when it can ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/ Client ID Metadata Documents, client
 * identifier}). An id is used and compared byte for byte. A spelling that a URL parser would change (dot segments, upper
 * case in the host, a default port, odd characters) is refused, because the document is fetched from what the parser reads.
 * @returns a text that completes "client_id"
 */
export function documentUrlProblem(clientId: string, rules: DocumentUrlRules): string | undefined {
  const longest = rules.longestId ?? longestId
  if (clientId.length > longest) return `must have at most ${longest} characters`
  if (!URL.canParse(clientId)) return 'is not a valid URL'
  const { href, pathname, username, password } = new URL(clientId)
  if (username !== '' || password !== '') return 'must not have user information'
  if (clientId.includes('#')) return 'must not have a fragment'
  if (href !== clientId) return `must be spelled ${href}`
  // DNS knows `evil.example.` as the same host; a list of hosts that the operator refuses does not.
  if (webHost(clientId)?.hostname.endsWith('.')) return 'must not have a dot at the end of its host'
  // A quotation mark or backslash cannot be in an id, nor in an error description.
  if (/["\\]/.test(clientId)) return 'has characters that are not allowed'
  if (pathname === '/') return 'must have a path, for instance /client.json'
  if (clientId.includes('?') && !rules.allowQuery) return 'must not have a query'
  return undefined
}
