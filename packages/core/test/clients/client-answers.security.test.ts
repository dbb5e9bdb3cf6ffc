import { describe, expect, test } from 'vitest'
import { redirectUri } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { expectUnchanged, input, startManaged } from '../support/managed.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice } from '../support/world.ts'

describe('what the host keeps beside a client imitates nothing (S23)', () => {
  test('metadata stays under its member in every answer (S23)', async () => {
    const { world } = await startManaged({ authorizeAdmin: () => true })
    const rpc = rpcOf(world, alice)
    const metadata = {
      client_secret: 'fake',
      client_id: 'fake',
      redirect_uris: ['https://evil.test'],
      skip_consent: true,
    }
    const { body: created } = await rpc.post('/admin/oauth2/create-client', { ...input, metadata })
    const { client_id } = created
    const answers = [
      created,
      (await rpc.get('/oauth2/get-client', { client_id })).body,
      (await rpc.get('/oauth2/get-clients')).body.find((one: { client_id: string }) => one.client_id === client_id),
      (await rpc.post('/oauth2/update-client', { client_id, client_name: 'x' })).body,
      (await rpc.post('/oauth2/client/rotate-secret', { client_id })).body,
    ]
    for (const body of answers) {
      expect(body).toMatchObject({
        client_id: created.client_id,
        redirect_uris: [redirectUri],
        skip_consent: false,
        metadata,
      })
      expect(body.client_secret).not.toBe('fake')
    }
    for (const body of answers.slice(1, 4)) expect(JSON.stringify(body)).not.toContain(created.client_secret)
    const shown = (await rpc.get('/oauth2/public-client', { client_id })).body
    expect(Object.keys(shown).sort()).toEqual(['client_id', 'client_name'])
  })

  test('no answer has a digest', async () => {
    const { world, client_id } = await startManaged()
    const rpc = rpcOf(world, alice)
    const hash = (await world.provider.getClient(client_id))?.secrets[0]?.hash as string
    const answers = [await rpc.get('/oauth2/get-client', { client_id }), await rpc.get('/oauth2/get-clients')]
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(new RegExp(`${hash}|"hash"|"secrets"`))
  })
})

describe('bad input is a clear error (R1)', () => {
  const posts = [
    ...['create-client', 'update-client', 'delete-client', 'client/rotate-secret', 'public-client-prelogin'],
    ...['update-consent', 'delete-consent'],
  ].map((name) => `/oauth2/${name}`)
  const paths = [...posts, '/admin/oauth2/create-client', '/admin/oauth2/update-client']

  test.each(paths)('%s answers 400 to a body that is no JSON object (R1)', async (path) => {
    const started = await startManaged({ authorizeAdmin: () => true })
    for (const body of ['', '{', '{"a":}', 'null', '[]', '1', '"x"', '\u0000', '['.repeat(50_000)]) {
      expectJsonError(await rpcOf(started.world, alice).post(path, body), 400, 'invalid_request')
    }
    await expectUnchanged(started)
  })

  test.each(paths)('%s answers 413 to a body that is too large (G05)', async (path) => {
    const { world } = await startManaged({ authorizeAdmin: () => true })
    const answer = await rpcOf(world, alice).post(path, { client_id: 'x'.repeat(70_000) })
    expectJsonError(answer, 413, 'invalid_request')
  })

  test.each([1, null, true, {}, [], '', '\0', 'a\0b', '\ud800', 'é', 'x'.repeat(256)])(
    'an id that is %j is refused, and no storage has to look for it (G07)',
    async (odd) => {
      const { world, calls } = await startManaged({ authorizeAdmin: () => true })
      const rpc = rpcOf(world, alice)
      for (const path of ['/oauth2/update-client', '/oauth2/delete-client', '/admin/oauth2/update-client']) {
        expectJsonError(await rpc.post(path, { client_id: odd, update: {} }), 400, 'invalid_request')
      }
      for (const path of ['/oauth2/update-consent', '/oauth2/delete-consent']) {
        expectJsonError(await rpc.post(path, { id: odd, update: {} }), 404, 'not_found')
      }
      expect(calls).toEqual([])
    },
  )

  test('__proto__ and constructor change nothing (G05)', async () => {
    const { world, client_id } = await startManaged({ authorizeAdmin: () => true })
    const rpc = rpcOf(world, alice)
    const polluted = `"__proto__":{"skip_consent":true,"polluted":true},"constructor":{"prototype":{"polluted":true}}`
    const create = `{${polluted},"redirect_uris":["${redirectUri}"]}`
    expect((await rpc.post('/oauth2/create-client', create)).body.skip_consent).toBe(false)
    const update = `{"client_id":"${client_id}","update":{${polluted},"client_name":"x"}}`
    expect((await rpc.post('/oauth2/update-client', update)).body.skip_consent).toBe(false)
    expectJsonError(await rpc.post('/admin/oauth2/create-client', create), 400, 'invalid_client_metadata')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a repeated parameter answers 400 (G04)', async () => {
    const { world, client_id } = await startManaged()
    const rpc = rpcOf(world, alice)
    const answer = await rpc.get(`/oauth2/get-client?client_id=${client_id}&client_id=${client_id}`)
    expectJsonError(answer, 400, 'invalid_request')
  })
})
