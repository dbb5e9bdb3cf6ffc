import { describe, expect, test } from 'vitest'
import { send } from '../support/expectations.ts'
import { createLogoutWorld } from '../support/logout.ts'
import type { WorldOptions } from '../support/world.ts'

const open: WorldOptions = {
  allowDynamicClientRegistration: true,
  allowUnauthenticatedClientRegistration: true,
  allowPublicClientPrelogin: true,
}

describe.each(['/auth', ''])('an issuer with the path %j', (basePath) => {
  test('a slash at the end of a path makes no difference, for well-known documents in both forms as well', async () => {
    const world = createLogoutWorld({ ...open, basePath })
    const { origin } = new URL(world.issuer)
    const paths = [
      ...Object.entries(world.provider.metadata).flatMap(([name, url]) =>
        /_endpoint$|_uri$/.test(name) ? [new URL(url as string).pathname] : [],
      ),
      ...['openid-configuration', 'oauth-authorization-server'].flatMap((name) => [
        `${basePath}/.well-known/${name}`,
        `/.well-known/${name}${basePath}`,
      ]),
    ]
    expect(paths.length).toBeGreaterThan(10)
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const [plain, slashed] = await Promise.all(
          [path, `${path}/`].map((one) =>
            send(world, origin + one, { method, headers: { origin: 'https://a.example' } }),
          ),
        )
        expect(slashed?.status, `${method} ${path}/`).toBe(plain?.status)
        expect(slashed?.status).not.toBe(404)
      }
      expect(world.provider.matches({ url: `${origin}${path}/` })).toBe(true)
    }
    const published = JSON.stringify(world.provider.metadata)
    expect(published).not.toMatch(/oauth2\/[a-z-]+\/"/)
  })

  test('two slashes, or a path that only begins like an endpoint, are no endpoint', async () => {
    const world = createLogoutWorld({ ...open, basePath })
    for (const path of ['/oauth2/token//', '/oauth2/token/x', '/oauth2/token/x/', '//oauth2/token/']) {
      const { status } = await send(world, `${world.issuer}${path}`, { method: 'POST' })
      const redirected = path.includes('//') && process.env.OAUTH_TEST_THROUGH === 'next'
      expect(status, path).toBe(redirected ? 308 : 404)
    }
    if (basePath === '') expect(world.provider.matches({ url: `${world.issuer}/` })).toBe(false)
  })
})

test('a client goes through with slashes at the end of every path', async () => {
  const world = createLogoutWorld(open)
  const json = { 'content-type': 'application/json' }
  const registered = await send(world, `${world.issuer}/oauth2/register/`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ redirect_uris: ['https://app.example.com/callback'] }),
  })
  expect(registered.status).toBe(201)
  const { registration_client_uri, registration_access_token } = registered.body
  expect(registration_client_uri).toContain('/oauth2/register/client?')
  const own = registration_client_uri.replace('/client?', '/client/?')
  const read = await send(world, own, { headers: { authorization: `Bearer ${registration_access_token}` } })
  expect(read.status).toBe(200)
  const off = createLogoutWorld({ basePath: '/auth' })
  await send(off, `${off.issuer}/oauth2/register/`, { method: 'POST' })
  expect(off.events).toContainEqual(expect.objectContaining({ type: 'request.refused', endpoint: 'register' }))
})
