import { describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, registerConfidential } from '../support/client.ts'
import { editClient } from '../support/expectations.ts'
import { rpcOf } from '../support/rpc.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
const hospital = 'https://hospital.example/cb'

/** Returns alice's `sub` at a pairwise client with this redirect URI. */
async function nameOf(world: World, redirect_uri: string) {
  const client = await registerConfidential(world, {
    redirect_uris: [redirect_uri],
    application_type: 'native',
    subject_type: 'pairwise',
  })
  return signIn(world, client, redirect_uri)
}

async function signIn(world: World, client: Awaited<ReturnType<typeof registerConfidential>>, redirect_uri: string) {
  const authorized = await authorize(world, client, { scope: 'openid', redirect_uri })
  return claimsOf((await exchangeCode(world, client, authorized, { redirect_uri })).body.id_token).sub
}

describe('pairwise subjects of clients without a host of their own', () => {
  test('the authority of a private-use scheme is no sector and gets no sub of the host that it imitates (H19)', async () => {
    const world = createQuickWorld({ pairwiseSecret })
    const real = await nameOf(world, hospital)
    expect(await nameOf(world, 'https://hospital.example/other')).toBe(real)
    expect(await nameOf(world, 'evil://hospital.example/cb')).not.toBe(real)
  })

  test.each([
    'http://127.0.0.1/cb',
    'http://[::1]/cb',
    'http://localhost/cb',
    'https://localhost/cb',
    'com.example.app:/cb',
  ])('each client on %s is a sector of its own, and its names last (H19)', async (uri) => {
    const world = createQuickWorld({ pairwiseSecret })
    const client = { redirect_uris: [uri], application_type: 'native', subject_type: 'pairwise' } as const
    const one = await registerConfidential(world, client)
    const names = [await signIn(world, one, uri), await signIn(world, one, uri), await nameOf(world, uri)]
    expect(names[0]).toBe(names[1])
    expect(new Set(names).size).toBe(2)
    expect(names).not.toContain(alice.id)
  })

  test.each(['http://127.0.0.1/cb', 'evil://hospital.example/cb', 'evil:/cb'])(
    'a host beside %s is refused, because the code of that host could go there (H19)',
    async (uri) => {
      const world = createQuickWorld({ pairwiseSecret })
      const redirect_uris = [hospital, uri]
      const input = { redirect_uris, subject_type: 'pairwise', application_type: 'native' } as const
      await expect(registerConfidential(world, input)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    },
  )

  test('a row with such a mixture, written by hand, gets a sector of its own (H19)', async () => {
    const world = createQuickWorld({ pairwiseSecret })
    const real = await nameOf(world, hospital)
    const client = await registerConfidential(world, { redirect_uris: [hospital], subject_type: 'pairwise' })
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, application_type: 'native', redirect_uris: [hospital, 'evil:/cb'] },
    }))
    expect(await signIn(world, client, 'evil:/cb')).not.toBe(real)
  })

  test('an owner does not move a client from its own sector to that of a host (H19)', async () => {
    const world = createQuickWorld({ pairwiseSecret })
    const client = await registerConfidential(world, {
      redirect_uris: ['evil://hospital.example/cb'],
      application_type: 'native',
      subject_type: 'pairwise',
      user_id: alice.id,
    })
    const update = async (redirect_uris: readonly string[]) => {
      const { client_id } = client
      return (await rpcOf(world, alice).post('/oauth2/update-client', { client_id, update: { redirect_uris } })).status
    }
    expect(await update([hospital])).toBe(400)
    expect(await update(['com.example.app:/cb'])).toBe(200)
  })
})
