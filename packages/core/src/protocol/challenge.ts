/**
 * One `WWW-Authenticate` challenge, {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 section 11.6.1}.
 * Absent parameters are left out; quotes and backslashes cannot occur in what we put in, and are dropped.
 */
export function formatChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) parts.push(`${name}="${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`)
  }
  return parts.length === 0 ? scheme : `${scheme} ${parts.join(', ')}`
}

/** What a resource says when no token came: without an error code, because nothing was tried (RFC 6750 section 3.1). */
export const noTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth' })

/** What is said of a bearer token that is not good. */
export const invalidTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth', error: 'invalid_token' })
