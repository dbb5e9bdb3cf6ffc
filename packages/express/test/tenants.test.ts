import { type Server, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStorage } from '@oauth/core/memory'
import { createTenants, tenantsByHost } from '@oauth/core/tenants'
import express5 from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oauth } from '../src/index.ts'

const tenants = createTenants({
  resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
  storage: memoryStorage(),
  secret: 'a-secret-for-tests-with-enough-characters',
  options: (tenant) =>
    tenant === 'initech'
      ? undefined
      : {
          authentication: { getSession: () => undefined, getUser: () => undefined },
          loginUrl: '/login',
          consentUrl: '/consent',
          scopes: ['notes:read'],
        },
})

let server: Server
beforeAll(async () => {
  const app = express5()
  app.use(express5.urlencoded({ extended: false }), oauth(tenants))
  app.use((req, res) => void res.send(`page at ${req.headers.host}`))
  await new Promise<void>((resolve) => {
    server = app.listen(0, '127.0.0.1', () => resolve())
  })
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

function send(host: string, path: string, form?: string, headers: Record<string, string> = {}) {
  return new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = sendRequest(
      {
        port,
        host: '127.0.0.1',
        path,
        method: form === undefined ? 'GET' : 'POST',
        headers: { host, ...type, ...headers },
      },
      async (response) => {
        let body = ''
        for await (const chunk of response) body += chunk
        resolve({ status: response.statusCode ?? 0, body })
      },
    )
    sent.on('error', reject)
    sent.end(form)
  })
}

test('Express serves the tenant that the Host header names, also behind a body parser', async () => {
  const acme = (await tenants.provider('acme')) ?? expect.fail('no provider')
  const { client_id, client_secret } = await acme.registerClient({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scope: 'notes:read',
  })
  const form = 'grant_type=client_credentials&scope=notes:read'
  const headers = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` }
  const path = '/auth/oauth2/token'
  expect((await send('acme.auth.example.com', path, form, headers)).status).toBe(200)
  expect((await send('globex.auth.example.com', path, form, headers)).status).toBe(401)
  expect((await send('initech.auth.example.com', path, form, headers)).status).toBe(404)
})

test('Express passes on what belongs to no tenant', async () => {
  expect((await send('acme.auth.example.com', '/login')).body).toBe('page at acme.auth.example.com')
  expect((await send('evil.example', '/auth/jwks')).body).toBe('page at evil.example')
})
