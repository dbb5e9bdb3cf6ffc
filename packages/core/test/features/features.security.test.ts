import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { assertion, clientKey, keysWorld, postWith, registerWithKey } from '../support/client-keys.ts'
import { createLogoutWorld, isSignedIn, logoutUrl, registerEnding, signInAt } from '../support/logout.ts'
import { wrapStorage } from '../support/storage.ts'
import type { World } from '../support/world.ts'

const told = { backchannel_logout_uri: 'https://app.example.com/backchannel' }

function failures(world: World): readonly string[] {
  return world.events.flatMap((event) => (event.type === 'request.failed' ? (event.cause as Error).message : []))
}

test.each([undefined, true, 'everybody', Promise.resolve('endpoints')])(
  'audiences of private-key-jwt that answers with %j opens nothing, and is named (G36)',
  async (answer) => {
    const world = keysWorld({ audiences: () => answer as never })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const made = await assertion(world, client, key, { aud: `${world.issuer}/oauth2/token` })
    expect((await postWith(world, made)).status).toBe(500)
    expect(failures(world)).toEqual([
      'privateKeyJwt: audiences must answer with issuer, issuer-string or endpoints for each client',
    ])
  },
)

test('waitUntil that throws fails no logout, and is an event (G36)', async () => {
  const feature = backChannelLogout({
    waitUntil: () => {
      throw new Error('the request is over')
    },
  })
  const world = createLogoutWorld({ features: [feature], outboundFetch: async () => new Response() })
  const { browser, idToken } = await signInAt(world, await registerEnding(world, told))
  const response = await browser.request(logoutUrl(world, { id_token_hint: idToken }))
  expect([response.status, isSignedIn(world, browser)]).toEqual([200, false])
  expect(failures(world)).toEqual(['the request is over'])
})

test('a logout token that cannot be signed is a failure of the server, and not of its client alone (G36)', async () => {
  let broken = false
  const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
    if (broken && name === 'signingKeys.list') throw new Error('no such table')
    return run()
  })
  const world = createLogoutWorld({
    storage,
    features: [backChannelLogout()],
    outboundFetch: async () => new Response(),
  })
  const { browser } = await signInAt(world, await registerEnding(world, told))
  world.clock.advance(600)
  broken = true
  await world.provider.sessionEnded(browser.cookies.get('session') as string)
  expect(failures(world)).toEqual(['no such table'])
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'back_channel_logout.failed' }))
})
