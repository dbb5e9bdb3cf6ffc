import { OAuthError } from '../protocol/errors.ts'

/** The most that a request body may have, in bytes. */
export const bodyLimit = 65_536

/**
 * The body as text, up to the limit. Whoever announces a length within it is read in one go, which is faster than a
 * stream; a server in front of us reads no more than was announced, and what came is measured all the same.
 * @throws {OAuthError} `invalid_request`, with status 413 above the limit
 */
export async function readBody(request: Request): Promise<string> {
  try {
    return await readBounded(request)
  } catch (thrown) {
    throw thrown instanceof OAuthError || wasReadBefore(thrown) ? thrown : incomplete(thrown)
  }
}

async function readBounded(request: Request): Promise<string> {
  const announced = request.headers.get('content-length')
  if (announced === null || !/^\d+$/.test(announced)) return readStream(request)
  if (Number(announced) > bodyLimit) throw tooLarge()
  const text = await request.text()
  // A character has at least one byte, so what has more characters has more bytes.
  if (text.length > bodyLimit) throw tooLarge()
  return text
}

async function readStream(request: Request): Promise<string> {
  if (request.body === null) return request.text()
  const reader = request.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > bodyLimit) {
      // Not waited for: of two readers of one body, the first to stop is told so only when the other stops as well.
      reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** Something before the server took the body: a fault of the host's, which every platform words in its own way. */
function wasReadBefore(thrown: unknown): boolean {
  return thrown instanceof Error && /already|unusable|locked|disturbed/i.test(thrown.message)
}

/** A client that goes away in the middle is no failure of the server. */
function incomplete(cause: unknown): OAuthError {
  return new OAuthError('invalid_request', 'the request body ended too early', { cause })
}

function tooLarge(): OAuthError {
  return new OAuthError('invalid_request', 'the request body is too large', { status: 413 })
}

/** The media type without its parameters, lower case. */
export function mediaType(request: Request): string {
  const header = request.headers.get('content-type')
  if (header === null) return ''
  const end = header.indexOf(';')
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
}
