import { describe, expect, test } from 'vitest'
import { authorize, redirectUri, registerConfidential } from '../support/client.ts'
import { editClient } from '../support/expectations.ts'
import { configure, refused, registered, registrationWorld, repeated } from '../support/registration.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const uri = 'https://app.example.com/start?theme=dark'

describe('initiate_login_uri', () => {
  test('initiate_login_uri is registered, kept, shown, replaced and removed', async () => {
    const world = registrationWorld()
    const client = await registered(world, { initiate_login_uri: uri })
    expect(client.initiate_login_uri).toBe(uri)
    expect((await configure(world, client, 'GET')).body.initiate_login_uri).toBe(uri)
    expect((await world.provider.getClient(client.client_id))?.metadata.initiate_login_uri).toBe(uri)
    const { initiate_login_uri: _, ...without } = repeated(client) as { readonly initiate_login_uri: string }
    expect((await configure(world, client, 'PUT', without)).body).not.toHaveProperty('initiate_login_uri')
  })

  test.each([
    'http://app.example.com/start',
    'http://localhost:3000/start',
    'com.example.app:/start',
    'https://app.example.com/start#here',
    'https://user@app.example.com/start',
    'javascript:alert(1)',
    '/start',
    '',
  ])('%s is refused', async (bad) => {
    expect(await refused({ initiate_login_uri: bad })).toContain('initiate_login_uri')
  })

  test('a page of connected apps links it, with the issuer to sign in at', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { initiate_login_uri: uri })
    await authorize(world, client, { scope: 'openid' })
    const other = await registerConfidential(world)
    await authorize(world, other, { scope: 'openid' })
    const grants = await world.provider.listGrants(alice.id)
    const links = Object.fromEntries(grants.map(({ clientId, initiateLoginUrl }) => [clientId, initiateLoginUrl]))
    expect(links).toEqual({
      [client.client_id]: `${uri}&iss=${encodeURIComponent(world.issuer)}`,
      [other.client_id]: undefined,
    })
  })

  test('what was written into storage by hand is not linked, nor that of a disabled client (A06)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { initiate_login_uri: uri })
    await authorize(world, client, { scope: 'openid', redirect_uri: redirectUri })
    const linkOf = async () => (await world.provider.listGrants(alice.id))[0]?.initiateLoginUrl
    await world.provider.updateClient(client.client_id, { disabled: true })
    expect(await linkOf()).toBeUndefined()
    await world.provider.updateClient(client.client_id, { disabled: false })
    expect(await linkOf()).toBeDefined()
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, initiate_login_uri: 'javascript:alert(1)' },
    }))
    expect(await linkOf()).toBeUndefined()
  })
})
