import { describe, expect, test } from 'vitest'
import { expectErrorPage } from '../support/expectations.ts'
import { afterLogout, createLogoutWorld, isSignedIn, logoutUrl, registerEnding, signInAt } from '../support/logout.ts'
import { baseUrl, issuer, type WorldOptions } from '../support/world.ts'

async function start(options: WorldOptions = {}) {
  const world = createLogoutWorld({ logoutUrl: '/sign-out?theme=dark', ...options })
  const client = await registerEnding(world)
  return { world, client, ...(await signInAt(world, client)) }
}

/** The request that the host's page posts. Its form contains only the confirmation. */
const answer = (confirmation: string, origin = baseUrl) => ({
  method: 'POST',
  headers: { origin, 'sec-fetch-site': origin === baseUrl ? 'same-origin' : 'cross-site' },
  body: new URLSearchParams({ confirmation }),
})

describe('logoutUrl: the question on the host’s page', () => {
  test('the page’s query is signed, and the click ends the session and goes on', async () => {
    const { world, client, browser } = await start()
    const parameters = {
      client_id: client.client_id,
      post_logout_redirect_uri: afterLogout,
      state: 'S',
      ui_locales: 'de',
    }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.status).toBe(302)
    const page = new URL(response.headers.get('location') as string)
    expect(page.origin + page.pathname).toBe(`${baseUrl}/sign-out`)
    const query = await world.provider.verifyPageQuery(page)
    expect(Object.fromEntries(query ?? [])).toEqual({
      theme: 'dark',
      confirmation: expect.any(String),
      client_id: client.client_id,
      post_logout_redirect_uri: afterLogout,
      ui_locales: 'de',
      problem: 'hint_missing',
      exp: expect.any(String),
    })
    expect(isSignedIn(world, browser)).toBe(true)
    const confirmation = query?.get('confirmation') as string
    const done = await browser.request(`${issuer}/oauth2/end-session`, answer(confirmation))
    expect([done.status, done.headers.get('location')]).toEqual([303, `${afterLogout}&state=S`])
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('a URI that is not registered is not shown', async () => {
    const { world, client, browser } = await start()
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: 'https://evil.test/' }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).not.toContain('evil')
  })

  test('a page on another host of the application may post the answer, and no other site', async () => {
    const accounts = 'https://accounts.example.com'
    for (const [origin, status] of [
      [accounts, 200],
      ['https://evil.test', 403],
    ] as const) {
      const { world, browser } = await start({ logoutUrl: `${accounts}/sign-out` })
      const response = await browser.request(logoutUrl(world, {}))
      const confirmation = new URL(response.headers.get('location') as string).searchParams.get('confirmation') ?? ''
      const done = await browser.request(`${issuer}/oauth2/end-session`, answer(confirmation, origin))
      expect(done.status).toBe(status)
    }
  })

  test('a question that was answered is not an answer for the next session (F11)', async () => {
    const { world, client, browser } = await start()
    const response = await browser.request(logoutUrl(world, {}))
    const confirmation = new URL(response.headers.get('location') as string).searchParams.get('confirmation') ?? ''
    await browser.request(`${issuer}/oauth2/end-session`, answer(confirmation))
    await signInAt(world, client, { browser })
    expect(isSignedIn(world, browser)).toBe(true)
    const replayed = await browser.request(`${issuer}/oauth2/end-session`, answer(confirmation))
    await expectErrorPage(replayed, 403, 'access_denied')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a GET of the answer asks again (F11)', async () => {
    const { world, browser } = await start()
    const response = await browser.request(logoutUrl(world, {}))
    const confirmation = new URL(response.headers.get('location') as string).searchParams.get('confirmation') ?? ''
    const again = await browser.request(logoutUrl(world, { confirmation }))
    expect(again.headers.get('location')).toContain('/sign-out')
    expect(isSignedIn(world, browser)).toBe(true)
  })
})
