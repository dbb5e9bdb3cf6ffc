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

/** A scheme in which a client may present a token beside `Bearer`, with its own parameters. */
export interface ChallengeScheme {
  readonly tokenType: string
  readonly challenge?: Readonly<Record<string, string>>
}

/**
 * The challenges of every scheme in which a client may present a token. The error is in the challenge of the scheme that
 * the request used ({@link https://www.rfc-editor.org/rfc/rfc9449#section-7.2 RFC 9449 section 7.2}).
 * @param said the parameters about the request, for instance the error; `{}` when the client has tried nothing
 * @param used the scheme of the request in lower case; `bearer` where it is none of these schemes
 */
export function tokenChallenges(
  schemes: Iterable<ChallengeScheme>,
  said: Readonly<Record<string, string | undefined>>,
  used = 'bearer',
): string {
  const others = [...schemes].filter(({ tokenType }) => tokenType !== 'Bearer')
  const own = others.find(({ tokenType }) => tokenType.toLowerCase() === used)
  const challenges = [formatChallenge('Bearer', { realm: 'oauth', ...(own === undefined && said) })]
  for (const other of others) {
    challenges.push(formatChallenge(other.tokenType, { ...other.challenge, ...(other === own && said) }))
  }
  return challenges.join(', ')
}

/**
 * The challenge for a request without a token. It has no error code, because the client has tried nothing (RFC 6750
 * section 3.1).
 */
export const noTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth' })

/** The challenge for a bearer token that is not valid. */
export const invalidTokenChallenge: string = formatChallenge('Bearer', { realm: 'oauth', error: 'invalid_token' })
