import { once } from 'node:events'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { mountable } from '../../core/test/support/adapter-suite.ts'
import { serveRaw, statusesOf } from '../../core/test/support/raw.ts'
import { describeRaw } from '../../core/test/support/raw-suite.ts'
import { oauth, pageRequest } from '../src/index.ts'
import { majors } from './support.ts'

const page: RequestHandler = (req, res) => void res.status(418).json(pageRequest(req).url)
const answerError: ErrorRequestHandler = (error, _req, res, _next) => void res.status(error.status ?? 500).end()
const statuses = { foreign: 418, malformed: 404, asterisk: 418 }

for (const [name, create] of majors) {
  describeRaw(name, (provider) => create().use(oauth(provider), page, answerError), statuses)
  describeRaw(
    `${name} after body parsers`,
    (provider) =>
      create()
        .use(create.json(), create.urlencoded({ extended: true, limit: '1mb' }))
        .use(oauth(provider), page, answerError),
    statuses,
  )

  describe(`${name} and a client that goes`, () => {
    test('the handlers after the provider see neither the request nor an error', async () => {
      const seen: unknown[] = []
      const waiting: (() => void)[] = []
      const slow = mountable(async (request) => {
        const gone = new Promise<void>((resolve) => {
          request.signal.addEventListener('abort', () => resolve())
        })
        for (const go of waiting.splice(0)) go()
        await gone
        return new Response('nobody reads this')
      })
      const server = await serveRaw(
        create()
          .use(oauth(slow))
          .use(((error, _req, _res, next) => {
            seen.push(error)
            next(error)
          }) as ErrorRequestHandler)
          .use(page),
      )
      for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
        const socket = await server.open()
        const arrived = new Promise<void>((resolve) => waiting.push(resolve))
        socket.write('POST /auth/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na=1')
        await arrived
        const closed = once(socket.resume(), 'close')
        socket[end]()
        await closed
      }
      expect(statusesOf(await server.send('GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))).toEqual([418])
      expect(seen).toEqual([])
      await server.close()
    })
  })
}
