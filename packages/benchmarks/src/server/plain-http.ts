import type { IncomingMessage, ServerResponse } from 'node:http'

/** Reads the body of a request with the least work. */
export function readText(request: IncomingMessage, then: (text: string) => void): void {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    text += chunk
  })
  request.on('end', () => then(text))
}

/** Sends a document that anybody may read and keep. */
export function sendPublic(response: ServerResponse, json: string): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=3600',
    'access-control-allow-origin': '*',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}

export function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    pragma: 'no-cache',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}
