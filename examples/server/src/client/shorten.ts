/**
 * Parameters and members whose value is a credential: whoever has it can use it, or could until a moment ago. The timeline
 * keeps only their beginning, by which a reader still recognizes them.
 */
const credentials: ReadonlySet<string> = new Set([
  'access_token',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'id_token_hint',
  'refresh_token',
  'request_uri',
  'state',
  'token',
  'user_code',
  'verification_uri_complete',
])

/** Returns what the timeline may keep of a parameter or a member. */
export function shortenIfCredential(name: string, value: string): string {
  return credentials.has(name) ? shorten(value) : value
}

/** Returns the beginning of a credential, and how long it is. */
export function shorten(value: string): string {
  return `${value.slice(0, Math.min(8, Math.floor(value.length / 4)))}… (${value.length} characters)`
}

/** Returns what the timeline may keep of the header `Authorization`: the scheme, and the beginning of a token. */
export function shortenAuthorization(value: string): string {
  const space = value.indexOf(' ')
  const scheme = value.slice(0, Math.max(space, 0))
  // The beginning of Basic credentials is the client id, which is public, in Base64. The secret follows it.
  return scheme === 'Basic' ? 'Basic … (client id and secret)' : `${scheme} ${shorten(value.slice(space + 1))}`
}
