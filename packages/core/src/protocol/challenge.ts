/**
 * Formats one `WWW-Authenticate` challenge,
 * {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 section 11.6.1}. It leaves out absent
 * parameters and drops quotes, backslashes and characters outside ASCII.
 */
export function formatChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) parts.push(`${name}="${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`)
  }
  return parts.length === 0 ? scheme : `${scheme} ${parts.join(', ')}`
}

/**
 * The challenge for a request without a token. It has no error code, because the client has tried nothing (RFC 6750
 * section 3.1).
 */
export const noTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth' })

/** The challenge for a bearer token that is not valid. */
export const invalidTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth', error: 'invalid_token' })
