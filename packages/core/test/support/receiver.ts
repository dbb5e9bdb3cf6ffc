import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import type { World } from './world.ts'

/** A request that the client's server received. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly contentType: string
  readonly body: URLSearchParams
}

/** A response: a status with optional headers, `hang` (no response) or `drop` (the connection is closed). */
export type ReceiverAnswer = number | { readonly status: number; readonly location: string } | 'hang' | 'drop'

/** A client's server, on a real port of this machine. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** The next responses, in order. After the last one the server responds 200. */
  readonly answers: ReceiverAnswer[]
  /** Waits until the server has received this many requests. */
  until(count: number): Promise<void>
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: ReceiverAnswer[] = []
  let told: () => void = () => {}
  const server: Server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      received.push({ method, path, contentType: headers['content-type'] ?? '', body: new URLSearchParams(text) })
      told()
      const answer = answers.shift() ?? 200
      if (answer === 'hang') return
      if (answer === 'drop') return void request.socket.destroy()
      if (typeof answer === 'number') response.writeHead(answer).end()
      else response.writeHead(answer.status, { location: answer.location }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    async until(count) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          told = resolve
        })
      }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Verifies a logout token as a client does: signature by the JWKS, type, issuer, audience and time. */
export async function verifyLogoutToken(
  world: World,
  clientId: string,
  token: string,
): Promise<JWTVerifyResult<JWTPayload>> {
  const response = await world.provider.fetch(new Request(`${world.issuer}/jwks`))
  return jwtVerify(token, createLocalJWKSet(await response.json()), {
    issuer: world.issuer,
    audience: clientId,
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    currentDate: new Date(world.clock.now() * 1000),
  })
}
