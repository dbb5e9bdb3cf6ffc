import { expect } from 'vitest'

/** Expects of an API of an example that scripts of other origins may call it, and read its challenge. */
export async function expectOpenToBrowsers(url: string): Promise<void> {
  const origin = 'http://localhost:5173'
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    },
  })
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  const refused = await fetch(url, { headers: { origin } })
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
}
