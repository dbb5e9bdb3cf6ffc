import { OAuthError } from '../protocol/errors.ts'

/** The most that a request body may have, in bytes. */
export const bodyLimit = 65_536

/**
 * The body as text, never reading more than the limit.
 * @throws {OAuthError} `invalid_request` (status 413) above the limit
 */
export async function readBody(request: Request): Promise<string> {
  const length = request.headers.get('content-length')
  if (length === null) return readStream(request)
  if (Number(length) > bodyLimit) throw tooLarge()
  // The server in front of us reads no more than the announced length.
  return request.text()
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
      await reader.cancel()
      throw tooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
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
