import { describe, expect, test } from 'vitest'
import { claimsOf, postAs } from '../support/client.ts'
import { editClient } from '../support/expectations.ts'
import { configure, fromOwnPage, register, registered, registrationWorld, repeated } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { api, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, type WorldOptions } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }
const only = { grant_types: ['client_credentials'] } as const
const access = { clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [api] } }
const start = (options: WorldOptions = {}) =>
  registrationWorld({ idTokenSigningAlgorithm: 'ES256', ...access, ...options })

describe('a machine has no scopes about users, and no scope is no member (G19)', () => {
  test('a machine client registered without scope gets none of the scopes of users, in any way (G19)', async () => {
    const world = start({ authorizeAdmin: () => true })
    const answers = [
      await world.provider.registerClient(only),
      (await register(world, only, fromOwnPage(world))).body,
      (await rpcOf(world, alice).post('/oauth2/create-client', only)).body,
      (await rpcOf(world, alice).post('/admin/oauth2/create-client', only)).body,
    ]
    for (const body of answers) {
      expect(body.grant_types).toEqual(['client_credentials'])
      expect(body).not.toHaveProperty('scope')
    }
    const [, self] = answers
    for (const method of ['GET', 'PUT'] as const) {
      const { body } = await configure(world, self, method, method === 'PUT' ? repeated(self) : undefined)
      expect(body).not.toHaveProperty('scope')
    }
    const all = await rpcOf(world, alice).get('/oauth2/get-clients')
    for (const client of all.body) expect(client).not.toHaveProperty('scope')
  })

  test('the host’s default scopes stay, less those about users (G19)', async () => {
    const world = start({ defaultScopes: ['openid', 'notes:read', 'email'] })
    expect(await world.provider.registerClient(only)).toMatchObject({ scope: 'notes:read' })
    expect(await registered(world, { ...only, redirect_uris: [] })).toMatchObject({ scope: 'notes:read' })
    const both = await world.provider.registerClient({
      grant_types: ['authorization_code', 'client_credentials'],
      redirect_uris: ['https://app.example.com/cb'],
    })
    expect(both.scope).toBe('openid notes:read email')
  })

  test('a machine’s token without scope has no scope member: not in the answer, the JWT or introspection (G19)', async () => {
    const world = start()
    const client = await world.provider.registerClient(only)
    const server = await registerResourceServer(world)
    for (const form of [machine, { ...machine, resource: api }]) {
      const { status, body } = await postAs(world, client, '/oauth2/token', form)
      expect(status).toBe(200)
      expect(body).not.toHaveProperty('scope')
      if ('resource' in form) {
        expect(claimsOf(body.access_token)).not.toHaveProperty('scope')
        const seen = (await introspect(world, server, body.access_token)).body
        expect(seen).toMatchObject({ active: true, aud: api })
        expect(seen).not.toHaveProperty('scope')
      }
      const own = (await introspect(world, client, body.access_token)).body
      expect(own.active).toBe(true)
      expect(own).not.toHaveProperty('scope')
      expect((await world.provider.verifyAccessToken(body.access_token))?.scopes).toEqual([])
    }
  })

  test('a machine client that was stored with scopes about users gets tokens without them (G19)', async () => {
    const world = start()
    const client = await world.provider.registerClient(only)
    await editClient(world, client.client_id, ({ metadata }) => ({ metadata: { ...metadata, scope: 'openid email' } }))
    const { body } = await postAs(world, client, '/oauth2/token', { ...machine, resource: api })
    expect(claimsOf(body.access_token)).not.toHaveProperty('scope')
  })
})
