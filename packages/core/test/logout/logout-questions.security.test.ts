import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { registerConfidential } from '../support/client.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  readPage,
  registerEnding,
  signInAt,
} from '../support/logout.ts'
import { bob, type WorldOptions } from '../support/world.ts'

async function start(input: ClientInput = {}, options: WorldOptions = {}) {
  const world = createLogoutWorld(options)
  const client = await registerEnding(world, input)
  return { world, client, ...(await signInAt(world, client)) }
}

describe('a client that may not end sessions asks for a logout (F18)', () => {
  test('the user is asked; the click ends the session and leads nowhere (F18)', async () => {
    const { world, browser, idToken } = await start({ enable_end_session: false })
    const page = await browser.request(
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's' }),
    )
    expect(await readPage(page.clone())).toContain('may not sign you out by itself')
    expect(isSignedIn(world, browser)).toBe(true)
    const done = await confirmLogout(browser, page)
    expect(await readPage(done)).toContain('You are signed out.')
    expect([done.headers.get('location'), isSignedIn(world, browser)]).toEqual([null, false])
  })

  test('its hint is no right to end the session that it names (F18)', async () => {
    const { world, browser, idToken } = await start({ enable_end_session: false })
    await readPage(await world.browser().request(logoutUrl(world, { id_token_hint: idToken })))
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('registerClient with post_logout_redirect_uris gives the right, unless it says otherwise (F18)', async () => {
    const world = createLogoutWorld()
    const uris = { post_logout_redirect_uris: [afterLogout] }
    const rightOf = async (input: ClientInput) => {
      const { client_id } = await registerConfidential(world, input)
      return (await world.provider.getClient(client_id))?.metadata.enable_end_session
    }
    expect(await rightOf(uris)).toBe(true)
    expect(await rightOf({ ...uris, enable_end_session: false })).toBe(false)
    expect(await rightOf({ post_logout_redirect_uris: [] })).toBeUndefined()
    expect(await rightOf({})).toBeUndefined()
  })
})

describe('a logout request that is wrong (F19)', () => {
  const wrong = ['https://evil.test/', `${afterLogout}&more=1`, 'https://app.example.com/bye']

  test.each(wrong)('%s with a valid hint: the page says so, and only a click signs out (F19)', async (uri) => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: uri, state: 's' }
    const page = await browser.request(logoutUrl(world, parameters))
    const html = await readPage(page.clone())
    expect(html).toContain('The application asked to send you to an address that is not registered')
    expect(html).toContain('all the same')
    expect(html).not.toContain('evil')
    expect(isSignedIn(world, browser)).toBe(true)
    const done = await confirmLogout(browser, page)
    expect(await readPage(done)).toContain('You are signed out.')
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('a wrong logout request in a browser that is not signed in ends no session, and the page names the problem (F19)', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.test/' }
    const html = await readPage(await world.browser().request(logoutUrl(world, parameters)))
    expect(html).toContain('asked to send you to an address that is not registered')
    expect(html).not.toContain('<form')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a script is told what is wrong (F19)', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.test/' }
    const response = await browser.request(logoutUrl(world, parameters), { headers: { accept: 'application/json' } })
    const body = await response.json()
    expect([response.status, body.error]).toEqual([400, 'interaction_required'])
    expect(body.error_description).toContain('post_logout_redirect_uri is not registered')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a hint that is missing, changed, or of another session: the question says which (F19)', async () => {
    const { world, client, browser, idToken } = await start()
    const other = await signInAt(world, client, { user: bob })
    const changed = `${idToken.slice(0, -4)}AAAA`
    const page = async (parameters: Record<string, string>) =>
      readPage(await browser.request(logoutUrl(world, parameters)))
    expect(await page({})).toContain('We do not know which application sent you here.')
    expect(await page({ id_token_hint: changed })).toContain('what it sent to prove it is not valid')
    expect(await page({ id_token_hint: other.idToken })).toContain('a different session than the one in this browser')
    expect([isSignedIn(world, browser), isSignedIn(world, other.browser)]).toEqual([true, true])
  })

  test('the page of the host learns the same, signed (F19)', async () => {
    const { world, browser, idToken } = await start({}, { logoutUrl: '/sign-out' })
    const problemOf = async (parameters: Record<string, string>) => {
      const response = await browser.request(logoutUrl(world, parameters))
      const page = response.headers.get('location') as string
      return (await world.provider.verifyPageQuery(page))?.get('problem')
    }
    expect(await problemOf({ id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.test/' })).toBe(
      'address_not_registered',
    )
    expect(await problemOf({ post_logout_redirect_uri: 'https://evil.test/' })).toBe(
      'hint_missing address_not_registered',
    )
    expect(await problemOf({ id_token_hint: 'x' })).toBe('hint_invalid')
  })
})
