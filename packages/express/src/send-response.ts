import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

type Reader = ReadableStreamDefaultReader<Uint8Array>
type Chunk = Awaited<ReturnType<Reader['read']>>

/**
 * Writes a response: at once when the whole body is available, piece by piece when it is a stream.
 * @throws the error of the stream; a client that disconnects is not an error
 */
export async function sendResponse(res: ServerResponse, response: Response): Promise<void> {
  const headers = headersOf(res, response)
  if (response.body === null) {
    // For HEAD and 304, content-length would state the length of the response to a GET.
    const length = res.req.method === 'HEAD' || response.status === 304 ? {} : { 'content-length': 0 }
    res.writeHead(response.status, response.status === 204 ? headers : { ...length, ...headers }).end()
    return
  }
  const reader = response.body.getReader() as Reader
  const first = await reader.read()
  const next = first.done ? undefined : reader.read()
  if (next === undefined || (await isAtEnd(next))) {
    res.writeHead(response.status, { 'content-length': first.value?.byteLength ?? 0, ...headers }).end(first.value)
    return
  }
  res.writeHead(response.status, headers)
  await stream(res, reader, [first, next])
}

function headersOf(res: ServerResponse, { headers }: Response): OutgoingHttpHeaders {
  const record: OutgoingHttpHeaders = {}
  for (const [name, value] of headers) if (name !== 'set-cookie') record[name] = value
  const cookies = headers.getSetCookie()
  // Keep the cookies that earlier handlers have set on this response.
  if (cookies.length > 0) record['set-cookie'] = [res.getHeader('set-cookie') ?? [], cookies].flat() as string[]
  return record
}

/** Tells whether the stream has ended after the first chunk, without waiting for more data. */
async function isAtEnd(next: Promise<Chunk>): Promise<boolean> {
  const later = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
  return (await Promise.race([next, later]))?.done === true
}

async function stream(res: ServerResponse, reader: Reader, begun: readonly [Chunk, Promise<Chunk>]): Promise<void> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const read of begun) {
      const { done, value } = await read
      if (done) return
      yield value
    }
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value
  }
  // Cancel the source of the stream when the client disconnects.
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  res.once('close', cancel)
  try {
    await pipeline(chunks(), res)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** Tells whether the error means that the client has closed the connection. */
function isGone(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}
