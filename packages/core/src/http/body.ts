import { OAuthError } from '../protocol/errors.ts'

/** The largest request body that the server reads, in bytes. */
export const bodyLimit = 65_536

/**
 * Reads the body of a request as text, up to the limit. A body with a `content-length` within the limit is read in one
 * go, which is faster than a stream; its size is checked afterwards all the same.
 * @throws {OAuthError} `invalid_request`, with status 413 above the limit
 */
export async function readBody(request: Request): Promise<string> {
  try {
    const announced = request.headers.get('content-length')
    if (announced === null || !/^\d+$/.test(announced)) return await readStream(request)
    if (Number(announced) > bodyLimit) throw tooLarge()
    return checked(await request.text())
  } catch (thrown) {
    throw thrown instanceof OAuthError || wasReadBefore(thrown) ? thrown : incomplete(thrown)
  }
}

/** A character has at least one byte, so a text with more characters has more bytes. */
function checked(text: string): string {
  if (text.length > bodyLimit) throw tooLarge()
  return text
}

async function readStream(request: Request): Promise<string> {
  // Firefox has no streams of request bodies: the member is absent there.
  const { body } = request as { readonly body?: Request['body'] }
  if (!body) return checked(await request.text())
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > bodyLimit) {
      // Not awaited: with two readers of one body, the promise of the first resolves only when the second stops as
      // well.
      reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** Tells whether the application read the body before the server did. Each platform words this error in its own way. */
function wasReadBefore(thrown: unknown): boolean {
  return thrown instanceof Error && /already|unusable|locked|disturbed/i.test(thrown.message)
}

/** A client that closes the connection while it sends is no failure of the server. */
function incomplete(cause: unknown): OAuthError {
  return new OAuthError('invalid_request', 'the request body ended too early', { cause })
}

function tooLarge(): OAuthError {
  return new OAuthError('invalid_request', 'the request body is too large', { status: 413 })
}

/** Returns the media type of a request without its parameters, in lower case. */
export function mediaType(request: Request): string {
  const header = request.headers.get('content-type')
  if (header === null) return ''
  const end = header.indexOf(';')
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
}
