import { describe, expect, test } from 'vitest'
import { exchangeCode, post } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { codeForm, prepare } from '../support/prepared.ts'
import { issuer, type World } from '../support/world.ts'

const form = 'application/x-www-form-urlencoded'

describe('how credentials may not come (G06)', () => {
  const wrongTypes = ['application/json', 'multipart/form-data; boundary=x', 'text/plain', '', `${form}x`]

  async function attempt(world: World, path: string, type: string, body: string, headers: Record<string, string>) {
    return send(world, issuer + path, { method: 'POST', headers: { ...headers, 'content-type': type }, body })
  }

  test.each(wrongTypes)('content type %j is invalid_request and the code stays (G06)', async (type) => {
    const { world, client, tokens, authorized, headers, writes } = await prepare()
    const body = codeForm(authorized)
    const json = JSON.stringify(Object.fromEntries(new URLSearchParams(body)))
    for (const text of [body, json]) {
      expectJsonError(await attempt(world, '/oauth2/token', type, text, headers), 400, 'invalid_request')
    }
    for (const path of ['/oauth2/revoke', '/oauth2/introspect']) {
      const answer = await attempt(world, path, type, `token=${tokens.access_token}`, headers)
      expectJsonError(answer, 400, 'invalid_request')
    }
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a charset behind the content type is fine (G06)', async () => {
    const { world, authorized, headers } = await prepare()
    const body = codeForm(authorized)
    const answer = await attempt(world, '/oauth2/token', `${form.toUpperCase()}; charset=UTF-8`, body, headers)
    expect(answer.status).toBe(200)
  })

  test('credentials in the query are refused, even correct ones (G06)', async () => {
    const { world, client, writes } = await prepare()
    const secret = client.client_secret as string
    const query = new URLSearchParams({ client_id: client.client_id, client_secret: secret })
    const body = { grant_type: 'client_credentials' }
    expectJsonError(await post(world, `/oauth2/token?${query}`, body), 400, 'invalid_request')
    expectJsonError(
      await post(world, `/oauth2/token?${query}&grant_type=client_credentials`, ''),
      400,
      'invalid_request',
    )
    expect(writes).toEqual([])
  })

  test('the token endpoint takes POST alone (G06)', async () => {
    const { world } = await prepare()
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await send(world, `${issuer}/oauth2/token`, { method })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST')
    }
  })
})
