import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, redirectUri, refresh, registerConfidential } from '../support/client.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

const registered = 'openid email offline_access notes:read'

async function start(options: WorldOptions = {}, scope = registered) {
  const world = createQuickWorld(options)
  return { world, client: await registerConfidential(world, { scope }) }
}

const ignoredIn = ({ events }: World) => events.filter(({ type }) => type === 'scopes.ignored')

describe('scopes that this server does not know, in a request for openid', () => {
  test('the client gets the other scopes, the token response names them, and an event names what was ignored', async () => {
    const { world, client } = await start()
    const tokens = await getTokens(world, client, { scope: 'openid email groups offline_access' })
    expect(tokens.scope).toBe('openid email offline_access')
    expect(ignoredIn(world)).toEqual([
      { type: 'scopes.ignored', clientId: client.client_id, unknown: ['groups'], unregistered: [] },
    ])
  })

  test('the event tells unknown scopes from those that the client is not registered for', async () => {
    const { world, client } = await start()
    await authorize(world, client, { scope: 'openid groups notes:write roles profile' })
    expect(ignoredIn(world)).toEqual([
      {
        type: 'scopes.ignored',
        clientId: client.client_id,
        unknown: ['groups', 'roles'],
        unregistered: ['notes:write', 'profile'],
      },
    ])
  })

  test('a request whose scopes the client gets, or that names none, has no event', async () => {
    const { world, client } = await start()
    for (const scope of [registered, undefined]) await authorize(world, client, { scope })
    expect(ignoredIn(world)).toEqual([])
  })

  test('a request for openid and unknown scopes alone is a sign-in, for no resource', async () => {
    const { world, client } = await start({ validAudiences: [api] })
    const tokens = await getTokens(world, client, { scope: 'openid groups' })
    expect([tokens.scope, typeof tokens.id_token, tokens.refresh_token]).toEqual(['openid', 'string', undefined])
    // The sole resource stands in for requests that ask for access (decision 0035). This one does not.
    expect((await world.provider.verifyAccessToken(tokens.access_token))?.audience).toEqual([])
  })

  test('a refresh without scope gets what was granted, and one that repeats the unknown scope is invalid_scope and uses nothing up', async () => {
    const { world, client } = await start()
    const scope = 'openid email groups offline_access'
    const { refresh_token } = await getTokens(world, client, { scope })
    expectJsonError(await refresh(world, client, refresh_token, { scope }), 400, 'invalid_scope')
    const { status, body } = await refresh(world, client, refresh_token)
    expect([status, body.scope]).toEqual([200, 'openid email offline_access'])
  })

  test('refuseUnregisteredScopes refuses unknown scopes at the authorization endpoint and in a refresh', async () => {
    const { world, client } = await start({ refuseUnregisteredScopes: true })
    const response = await ask(world, client, { scope: 'openid groups' })
    const refusal = expectErrorRedirect(world, response, redirectUri, 'invalid_scope')
    expect(refusal.get('error_description')).toBe('Client was not registered with scope groups')
    const { refresh_token } = await getTokens(world, client, { scope: registered })
    expectJsonError(await refresh(world, client, refresh_token, { scope: 'openid groups' }), 400, 'invalid_scope')
    expect(ignoredIn(world)).toEqual([])
    expect((await refresh(world, client, refresh_token, { scope: 'openid' })).body.scope).toBe('openid')
  })
})

describe('scopes that this server does not know, without openid', () => {
  test('an authorization request without openid, or of a client that may not have it, is invalid_scope', async () => {
    const { world, client } = await start()
    expectErrorRedirect(world, await ask(world, client, { scope: 'email groups' }), redirectUri, 'invalid_scope')
    const other = await start({}, 'notes:read')
    const response = await ask(other.world, other.client, { scope: 'openid groups' })
    expectErrorRedirect(other.world, response, redirectUri, 'invalid_scope')
    expect([...ignoredIn(world), ...ignoredIn(other.world)]).toEqual([])
  })

  test('a refresh without openid, or of a grant without it, is invalid_scope and uses nothing up', async () => {
    const { world, client } = await start()
    const signIn = await getTokens(world, client, { scope: 'openid email offline_access' })
    const access = await getTokens(world, client, { scope: 'email offline_access' })
    for (const [token, scope] of [
      [signIn.refresh_token, 'email groups'],
      [access.refresh_token, 'email groups'],
      [access.refresh_token, 'openid email groups'],
    ]) {
      expectJsonError(await refresh(world, client, token, { scope }), 400, 'invalid_scope')
    }
    for (const token of [signIn.refresh_token, access.refresh_token]) {
      expect((await refresh(world, client, token)).status).toBe(200)
    }
  })

  test('a code is exchanged for the granted scopes whatever scope the token request names', async () => {
    const { world, client } = await start()
    const authorized = await authorize(world, client, { scope: 'openid groups' })
    const { body } = await exchangeCode(world, client, authorized, { scope: 'openid groups notes:write' })
    expect(body.scope).toBe('openid')
  })
})
