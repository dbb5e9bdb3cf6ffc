import { nodeListener } from '@oauth/core/node'
import { afterAll, expect, test } from 'vitest'
import { mountable } from '../support/adapter-suite.ts'
import { serveRaw } from '../support/raw.ts'

const platformRequest = globalThis.Request
// This file is a module graph of its own, so that the listener sees its first request with this class in place.
globalThis.Request = class extends platformRequest {}
afterAll(() => {
  globalThis.Request = platformRequest
})

test('a request has every member where a library has replaced the global Request by a subclass', async () => {
  const seen: unknown[] = []
  const listener = nodeListener(
    mountable(async (request) => {
      seen.push(request instanceof platformRequest, request.body instanceof ReadableStream, request.bodyUsed)
      seen.push((await request.clone().formData()).get('a'), await request.text())
      return new Response('ok')
    }),
  )
  const server = await serveRaw(listener)
  const head = 'POST /auth/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1'
  expect(await server.send(head + form)).toMatch(/^HTTP\/1\.1 200/)
  expect(seen).toEqual([true, true, false, '1', 'a=1'])
  await server.close()
})
