import { connect } from 'node:net'
import type { Gate } from './gate.ts'

export interface Answer {
  readonly status: number
  /** The status line and the headers, unparsed. */
  readonly head: string
  readonly body: string
}

/** An endless generator of requests. It yields the whole text of a request and receives the response to it. */
export type Journey = Generator<string, never, Answer>

/**
 * Runs a journey on one keep-alive connection, one request at a time. It parses just enough of HTTP to find the end of a
 * response: a real client would cost more than the measured server.
 */
export function travel(port: number, journey: Journey, gate: Gate, fail: (error: Error) => void): void {
  let received = ''
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  gate.send(socket, journey.next().value)
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk
    try {
      const answer = complete(received)
      if (answer === undefined) return
      received = ''
      gate.send(socket, journey.next(answer).value)
    } catch (error) {
      fail(error as Error)
    }
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
}

/** Returns the response once it is complete. Text is read as bytes, because tokens and codes are ASCII. */
function complete(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const body = bodyOf(head, text, end + 4)
  return body === undefined ? undefined : { status: Number(text.slice(9, 12)), head, body }
}

function bodyOf(head: string, text: string, start: number): string | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return text.length < start + Number(length) ? undefined : text.slice(start)
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return ''
  if (!text.endsWith('0\r\n\r\n')) return undefined
  return text.slice(start).replace(/[0-9a-f]+\r\n([\s\S]*?)\r\n/gi, '$1')
}
