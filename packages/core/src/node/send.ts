import { type Reply, replyOf } from '../http/reply.ts'
import { byteLength, type OutgoingResponse } from './platform.ts'

type OutgoingHeaders = Record<string, string | string[] | number>

/**
 * Writes a response.
 * @returns a promise when the body is a stream
 * @throws the error of the stream; a client that disconnects is not an error
 */
export function send(outgoing: OutgoingResponse, response: Response, isHead: boolean): Promise<void> | undefined {
  const plain = replyOf(response)
  if (plain === undefined) return sendResponse(outgoing, response, isHead)
  sendReply(outgoing, plain, isHead)
  return undefined
}

/** Writes a response of the core at once. */
export function sendReply(outgoing: OutgoingResponse, { status, headers, body }: Reply, isHead: boolean): void {
  const all: OutgoingHeaders = Object.assign({}, headers)
  if (body !== null) all['content-length'] = byteLength(body)
  else if (!isHead && status !== 204 && status !== 304) all['content-length'] = 0
  outgoing.writeHead(status, keepCookies(outgoing, all))
  if (body === null) outgoing.end()
  else outgoing.end(body)
}

/** Keeps the cookies that earlier handlers of a framework have set. */
function keepCookies(outgoing: OutgoingResponse, headers: OutgoingHeaders): OutgoingHeaders {
  const own = headers['set-cookie']
  if (own !== undefined && outgoing.hasHeader('set-cookie')) {
    headers['set-cookie'] = [outgoing.getHeader('set-cookie'), own].flat() as string[]
  }
  return headers
}

/** Writes a `Response`: at once when the whole body is available, piece by piece when it is a stream. */
async function sendResponse(outgoing: OutgoingResponse, response: Response, isHead: boolean): Promise<void> {
  const { status, body } = response
  const headers = keepCookies(outgoing, headersOf(response))
  if (body === null) {
    const length: OutgoingHeaders = isHead || status === 204 || status === 304 ? {} : { 'content-length': 0 }
    outgoing.writeHead(status, { ...length, ...headers })
    outgoing.end()
    return
  }
  const reader = body.getReader()
  const first = await reader.read()
  const next = first.done ? undefined : reader.read()
  if (next === undefined || (await isAtEnd(next))) {
    outgoing.writeHead(status, { 'content-length': first.value?.byteLength ?? 0, ...headers })
    outgoing.end(first.value)
    return
  }
  outgoing.writeHead(status, headers)
  await stream(outgoing, reader, [first, next])
}

function headersOf({ headers }: Response): OutgoingHeaders {
  const record: OutgoingHeaders = {}
  for (const [name, value] of headers) if (name !== 'set-cookie') record[name] = value
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) record['set-cookie'] = cookies
  return record
}

type Chunk = ReadableStreamReadResult<Uint8Array>

/** Tells whether the stream has ended after the first chunk, without waiting for more data. */
async function isAtEnd(next: Promise<Chunk>): Promise<boolean> {
  // A body that is no stream ends within a few promises, and a stream may take longer.
  let ended = false
  next.then(
    ({ done }) => {
      ended = done
    },
    () => undefined,
  )
  for (let turn = 0; turn < 20 && !ended; turn++) await undefined
  return ended
}

async function stream(
  outgoing: OutgoingResponse,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  begun: readonly [Chunk, Promise<Chunk>],
): Promise<void> {
  let wake: () => void = () => undefined
  const onEvent = (): void => wake()
  // Cancel the source of the stream when the client disconnects.
  const onClose = (): void => {
    if (!outgoing.writableFinished) reader.cancel().catch(() => undefined)
    wake()
  }
  outgoing.on('drain', onEvent)
  outgoing.on('close', onClose)
  let [chunk, read]: readonly [Chunk, Promise<Chunk> | undefined] = begun
  while (!chunk.done && !outgoing.destroyed) {
    const drained = new Promise<void>((resolve) => {
      wake = resolve
    })
    if (!outgoing.write(chunk.value) && !outgoing.destroyed) await drained
    chunk = await (read ?? reader.read())
    read = undefined
  }
  if (outgoing.destroyed) reader.cancel().catch(() => undefined)
  else outgoing.end()
}
