import { closedConnection } from './closed-connection.ts'
import type { IncomingRequest } from './platform.ts'

const decoder = new TextDecoder()

/**
 * Reads the body of a request as text.
 * @throws {Error} when the client closes the connection before the end
 */
export function readText(incoming: IncomingRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    // A middleware has read an empty body before: no event follows.
    if (incoming.readableEnded) return resolve('')
    const chunks: (string | Uint8Array)[] = []
    let isComplete = false
    incoming.on('data', (chunk: string | Uint8Array) => void chunks.push(chunk))
    incoming.on('end', () => {
      isComplete = true
      resolve(textOf(chunks))
    })
    incoming.on('error', reject)
    // A complete request is closed as well. A connection that was closed before has no other event any more.
    const closed = (): void => {
      if (!isComplete) reject(closedConnection())
    }
    if (incoming.destroyed) closed()
    else incoming.on('close', closed)
    incoming.resume()
  })
}

/** Decodes a body. A middleware may have asked for text with `setEncoding`. */
export function textOf(chunks: readonly (string | Uint8Array)[]): string {
  const [first = ''] = chunks
  if (chunks.length <= 1) return typeof first === 'string' ? first : decoder.decode(first)
  const several = new TextDecoder()
  let text = ''
  for (const chunk of chunks) text += typeof chunk === 'string' ? chunk : several.decode(chunk, { stream: true })
  return text + several.decode()
}
