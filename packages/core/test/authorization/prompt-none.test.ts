import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { readFormPost } from '../support/form-post.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, issuer } from '../support/world.ts'

const scope = 'openid'
/** A text of 128 characters with every character that a client may send. */
const state = `${[...Array(94).keys()].map((index) => String.fromCharCode(33 + index)).join('')}${'z'.repeat(34)}`

async function start() {
  const world = createQuickWorld({ endsSessions: true })
  const client = await registerConfidential(world, { enable_end_session: true })
  const authorized = await authorize(world, client, { scope })
  const { id_token } = (await exchangeCode(world, client, authorized)).body
  return { world, client, browser: authorized.browser, idToken: id_token as string }
}

describe('prompt=none', () => {
  test('a code in silence, with every character of a state of 128 as it was, and the same sub and auth_time', async () => {
    const { world, client, browser, idToken } = await start()
    world.clock.advance(50)
    const pkce = createPkce()
    const url = authorizeUrl(world, client, pkce, { scope, prompt: 'none', state, id_token_hint: idToken })
    const answer = new URL((await browser.request(url)).headers.get('location') as string).searchParams
    expect(answer.get('state')).toBe(state)
    const code = answer.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters: answer, browser })
    const [before, after] = [claimsOf(idToken), claimsOf(body.id_token)]
    expect([after.sub, after.auth_time]).toEqual([before.sub, before.auth_time])
  })

  test.each<[string, Parameters]>([
    ['no other parameter', {}],
    ['parameters that ask for a page', { max_age: '0', login_hint: 'bob', display: 'popup', ui_locales: 'de' }],
    ['an essential acr', { claims: '{"id_token":{"acr":{"essential":true,"value":"gold"}}}' }],
    ['the hint of the user who has left', { hinted: 'yes' }],
  ])(
    'after a logout, prompt=none with %s answers login_required with the state and shows no page',
    async (_name, { hinted, ...parameters }) => {
      const { world, client, browser, idToken } = await start()
      const ended = await browser.request(`${issuer}/oauth2/end-session?id_token_hint=${idToken}`)
      expect(ended.status).toBe(200)
      expect(world.sessions.size).toBe(0)
      const hint = hinted === undefined ? {} : { id_token_hint: idToken }
      const silent = { scope, prompt: 'none', state, ...parameters, ...hint }
      const response = await ask(world, client, silent, { browser })
      expect(expectErrorRedirect(world, response, redirectUri, 'login_required').get('state')).toBe(state)
      const posted = await readFormPost(
        await ask(world, client, { ...silent, response_mode: 'form_post' }, { browser }),
      )
      expect(posted.fields).toMatchObject({ error: 'login_required', state, iss: issuer })
      expect(world.events.filter(({ type }) => type === 'interaction.started').length).toBe(1)
    },
  )

  test('a nonce of 64 characters is in the ID token as it was', async () => {
    const { world, client, browser } = await start()
    const nonce = 'N'.repeat(63).concat('~')
    const authorized = await authorize(world, client, { scope, prompt: 'none', nonce }, { browser, user: alice })
    expect(claimsOf((await exchangeCode(world, client, authorized)).body.id_token).nonce).toBe(nonce)
  })
})
