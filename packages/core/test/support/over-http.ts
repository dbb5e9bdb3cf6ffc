import { Agent, type IncomingMessage, request as send } from 'node:http'
import { Readable } from 'node:stream'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
/** Headers that belong to the connection and not to the response. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
])

/**
 * Sends a request over a real connection, as a proxy that terminates TLS does: it rewrites scheme and host, and keeps
 * method, path, headers and body.
 */
export async function overHttp(port: number, host: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const headers: Record<string, string> = { ...Object.fromEntries(request.headers), host }
  const body = request.body === null ? undefined : Readable.fromWeb(request.body as never)
  if (body === undefined && !/^(?:GET|HEAD|OPTIONS)$/.test(request.method)) headers['content-length'] ??= '0'
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method } = request
    const outgoing = send({ agent, host: '127.0.0.1', port, method, path: pathname + search, headers }, resolve)
    // The server may respond and close the connection before it has read the whole body. Then the response counts.
    outgoing.on('error', reject)
    if (body === undefined) outgoing.end()
    else body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing)
  })
  return toResponse(answer, request.method)
}

async function toResponse(answer: IncomingMessage, method: string): Promise<Response> {
  const { statusCode = 0, rawHeaders } = answer
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!ofConnection.has(name.toLowerCase())) headers.append(name, value)
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const empty = method === 'HEAD' || [204, 205, 304].includes(statusCode)
  return new Response(empty ? null : Buffer.concat(chunks), { status: statusCode, headers })
}
