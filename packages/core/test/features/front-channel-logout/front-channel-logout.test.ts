import { type FrontChannelLogoutOptions, frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { describe, expect, test } from 'vitest'
import { claimsOf, registerConfidential } from '../../support/client.ts'
import { editClient } from '../../support/expectations.ts'
import { afterLogout, createLogoutWorld, logoutUrl, readPage, registerEnding, signInAt } from '../../support/logout.ts'
import { openWorld, register } from '../../support/registration.ts'
import type { World, WorldOptions } from '../../support/world.ts'

const uri = 'https://app.example.com/front?from=id'

const startWorld = (options: WorldOptions = {}): World =>
  createLogoutWorld({ features: [frontChannelLogout()], ...options })

function framesOf(html: string): readonly URL[] {
  const sources = [...html.matchAll(/<iframe [^>]*src="([^"]*)"/g)].map(([, source = '']) => source)
  return sources.map((source) => new URL(source.replaceAll('&amp;', '&')))
}

describe('front-channel logout', () => {
  test('the page loads a frame for each client, with iss and sid, before the browser goes on', async () => {
    const world = startWorld()
    const client = await registerEnding(world, { frontchannel_logout_uri: uri })
    const { browser, idToken } = await signInAt(world, client)
    await signInAt(world, await registerConfidential(world), { browser })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 'S' }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('refresh')).toBe(`1; url=${afterLogout}&state=S`)
    expect(response.headers.get('content-security-policy')).toMatch(/; frame-src https:\/\/app\.example\.com$/)
    const frames = framesOf(await readPage(response))
    expect(frames.map(({ origin, pathname }) => origin + pathname)).toEqual(['https://app.example.com/front'])
    expect(Object.fromEntries(frames[0]?.searchParams ?? [])).toEqual({
      from: 'id',
      iss: world.issuer,
      sid: claimsOf(idToken).sid,
    })
  })

  test('a call gives the URLs to a host’s own logout page', async () => {
    const world = startWorld()
    const client = await registerConfidential(world, { frontchannel_logout_uri: 'https://app.example.com/front' })
    const { browser, idToken } = await signInAt(world, client)
    const { frames } = await world.provider.sessionEnded(browser.cookies.get('session') as string)
    const query = new URLSearchParams({ iss: world.issuer, sid: claimsOf(idToken).sid as string })
    expect(frames).toEqual([`https://app.example.com/front?${query}`])
  })

  test('a pairwise client gets its own name of the session, and no client gets another’s (H10)', async () => {
    const world = startWorld({ pairwiseSecret: 'a-pairwise-secret-with-32-characters-or-more' })
    const members = { frontchannel_logout_uri: 'https://app.example.com/front', subject_type: 'pairwise' } as const
    const one = await registerConfidential(world, members)
    const other = await registerConfidential(world, members)
    const { browser, idToken } = await signInAt(world, one)
    const second = await signInAt(world, other, { browser })
    const { frames } = await world.provider.sessionEnded(browser.cookies.get('session') as string)
    const sids = frames.map((frame) => new URL(frame).searchParams.get('sid'))
    expect(sids.toSorted()).toEqual([idToken, second.idToken].map((token) => claimsOf(token).sid).toSorted())
    expect(new Set(sids).size).toBe(2)
  })

  test('a URI written into storage by hand is not loaded', async () => {
    const world = startWorld()
    for (const bad of ['javascript:alert(1)', 'https://evil.test/', 'https://app.example.com:444/front']) {
      const client = await registerConfidential(world, { frontchannel_logout_uri: uri })
      await editClient(world, client.client_id, ({ metadata }) => ({
        metadata: { ...metadata, frontchannel_logout_uri: bad },
      }))
      const { browser } = await signInAt(world, client)
      expect((await world.provider.sessionEnded(browser.cookies.get('session') as string)).frames).toEqual([])
    }
  })
})

describe('registration and discovery', () => {
  const redirects = { redirect_uris: ['https://app.example.com/callback', 'https://b.example.com:8443/cb'] }

  test('frontchannel_logout_uri is kept and advertised with the feature, and unknown without it', async () => {
    const members = {
      frontchannel_logout_uri: 'https://b.example.com:8443/out',
      frontchannel_logout_session_required: true,
    }
    const world = openWorld({ features: [frontChannelLogout()] })
    const { status, body } = await register(world, { ...redirects, ...members })
    expect([status, body]).toEqual([201, expect.objectContaining(members)])
    const advertised = { frontchannel_logout_supported: true, frontchannel_logout_session_supported: true }
    expect(world.provider.metadata).toMatchObject(advertised)
    const without = openWorld()
    expect((await register(without, { ...redirects, ...members })).body).not.toHaveProperty('frontchannel_logout_uri')
    expect(without.provider.metadata).not.toHaveProperty('frontchannel_logout_supported')
  })

  test.each([
    ['https://other.example.com/out', 'must have scheme, host and port of a redirect URI'],
    ['https://b.example.com/out', 'must have scheme, host and port of a redirect URI'],
    ['http://app.example.com/out', 'must use https'],
    ['https://app.example.com/out#x', 'must not have a fragment'],
    ['https://app.example.com@evil.test/out', 'must not have user information'],
    ['javascript:alert(1)', 'must not use the scheme javascript:'],
    ['/out', 'must be an absolute URI'],
  ])('the frontchannel_logout_uri %s is refused', async (frontchannel_logout_uri, description) => {
    const world = openWorld({ features: [frontChannelLogout()] })
    const { status, body } = await register(world, { ...redirects, frontchannel_logout_uri })
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata'])
    expect(body.error_description).toContain(description)
  })

  test('session_required needs the URI; an unknown option is refused at start-up', async () => {
    const world = openWorld({ features: [frontChannelLogout()] })
    const { body } = await register(world, { ...redirects, frontchannel_logout_session_required: true })
    expect(body.error_description).toBe('frontchannel_logout_session_required needs frontchannel_logout_uri')
    expect(() => frontChannelLogout({ ttl: 1 } as FrontChannelLogoutOptions)).toThrow('ttl is not known')
  })
})
