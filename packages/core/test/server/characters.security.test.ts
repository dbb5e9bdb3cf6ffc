import type { OAuthEvent } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, post, registerConfidential } from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { baseUrl, createWorld, issuer, type World } from '../support/world.ts'

/** Characters in the form encoding in which an attacker sends them. */
const odd: readonly (readonly [string, string])[] = [
  ['NUL', 'a%00b'],
  ['CR LF', 'a%0D%0AX-Injected:%201%0D%0A%0D%0Ab'],
  ['LF', 'a%0Ab'],
  ['escape', 'a%1B%5B31mb'],
  ['delete', 'a%7Fb'],
  ['a C1 control', 'a%C2%9Bb'],
  ['a lone surrogate', 'a%ED%A0%80b'],
  ['overlong UTF-8', 'a%C0%AFb%C0%80c'],
  ['bytes that are no UTF-8', 'a%FF%FEb'],
  ['a line separator', 'a%E2%80%A8b'],
]

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/

/** Expects that header values are printable ASCII, and that no text in an event can break a log line. */
function expectClean(world: World, headers: Headers, about: string): void {
  for (const [name, value] of headers) {
    expect(name, about).not.toBe('x-injected')
    expect(value, `${about}: ${name}`).toMatch(/^[\x20-\x7e]*$/)
  }
  for (const event of world.events) for (const text of textsOf(event)) expect(text, about).not.toMatch(control)
}

function textsOf(event: OAuthEvent): string[] {
  return Object.values(event)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .map(String)
}

const authorizeNames = ['state', 'scope', 'response_type', 'prompt', 'nonce', 'login_hint', 'max_age', 'acr_values']

describe.each(odd)('%s (G07)', (_name, value) => {
  test.each([authorizeNames, ['redirect_uri'], ['client_id']])(
    'at the authorization endpoint the characters in %s … are in no header and no event, and never cause a 500 (G07)',
    async (...names) => {
      const world = createWorld()
      const client = await registerConfidential(world)
      for (const name of names) {
        world.events.length = 0
        const url = authorizeUrl(world, client, createPkce(), { [name]: undefined })
        const response = await world.browser().request(`${url}&${name}=${value}`)
        expect(response.status).toBeLessThan(500)
        expectClean(world, response.headers, name)
        expect((await response.text()).replaceAll('\n', '')).not.toMatch(control)
      }
    },
  )

  test('a client that nobody knows may send them to the token endpoint without causing a 500 (G07)', async () => {
    const world = createWorld()
    for (const form of [`client_id=${value}`, `client_id=${value}&client_secret=${value}`, `client_secret=${value}`]) {
      const answer = await post(world, '/oauth2/token', `grant_type=client_credentials&${form}`)
      expect(answer.status).toBeLessThan(500)
      expectClean(world, answer.headers, form)
      expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
    }
  })

  test('an authenticated client may send them in every parameter of the token, revocation and introspection endpoint (G07)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    const own = `client_id=${client.client_id}&client_secret=${client.client_secret}`
    world.events.length = 0
    const forms = [
      `grant_type=${value}`,
      `grant_type=client_credentials&scope=${value}`,
      `grant_type=client_credentials&resource=${value}`,
      `grant_type=authorization_code&code=${value}`,
      `grant_type=refresh_token&refresh_token=${value}`,
      `grant_type=client_credentials&${value}=1&${value}=2`,
    ]
    for (const form of forms) {
      const answer = await post(world, '/oauth2/token', `${own}&${form}`)
      expect(answer.status).toBe(400)
      expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
      expectClean(world, answer.headers, form)
    }
    for (const path of ['/oauth2/revoke', '/oauth2/introspect']) {
      const answer = await post(world, path, `${own}&token=${value}&token_type_hint=${value}`)
      expect(answer.status).toBeLessThan(500)
      expectClean(world, answer.headers, path)
    }
  })
})

describe('raw, not encoded (G07)', () => {
  test.each([
    ['CR LF', 'state=a\r\nX-Injected: 1'],
    ['NUL', 'state=a\0b'],
    ['other letters', 'state=ключ 🔑'],
    ['a fragment', 'state=a#b'],
    ['Latin-1 letters', 'state=é'],
  ])(
    '%s in a form of another site causes no 500 and is redirected with a clean header to the same request as a GET (G07)',
    async (_name, extra) => {
      const world = createWorld()
      const client = await registerConfidential(world)
      world.events.length = 0
      const query = new URL(authorizeUrl(world, client, createPkce(), { state: undefined })).search.slice(1)
      const response = await world.browser().request(`${issuer}/oauth2/authorize`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
        body: `${extra}&${query}`,
      })
      expect(response.status).toBeLessThan(500)
      expectClean(world, response.headers, 'location')
      const location = response.headers.get('location')
      if (location === null) expect(response.status).toBe(400)
      else expect(new URL(location).searchParams.get('client_id')).toBe(client.client_id)
    },
  )

  test('control characters in a JSON consent are refused as text (G07)', async () => {
    for (const name of ['state', 'error', 'x\r\n']) {
      const world = createWorld()
      const { status, headers } = await send(world, `${issuer}/oauth2/consent`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: baseUrl },
        body: JSON.stringify({ [name]: 'a\r\nX-Injected: 1\u0000\ud800', accept: true }),
      })
      expect(status).toBe(400)
      expectClean(world, headers, name)
    }
  })
})
