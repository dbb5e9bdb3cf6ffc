import type { ClientInput, RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { getTokens, post, postAs, registerConfidential } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const files = 'https://files.example.com/v1'

/** Registers an API: a client under a plain id that gets no tokens of its own. */
function registerApi(world: World, input: ClientInput): Promise<RegisteredClient> {
  return world.provider.registerClient({ client_id: 'notes-api', grant_types: [], ...input })
}

async function tokenFor(world: World, resource: string | undefined): Promise<string> {
  const client = await registerConfidential(world)
  const { access_token } = await getTokens(world, client, { scope: 'notes:read', resource })
  return access_token
}

describe('an API under a plain client id', () => {
  test('introspects the tokens for its resource, and Basic needs no percent-encoding', async () => {
    const world = createQuickWorld()
    const token = await tokenFor(world, api)
    const { client_id, client_secret, resources } = await registerApi(world, { resources: [api] })
    expect(resources).toEqual([api])
    // As libraries send it that do not encode: half of Python, and curl -u.
    const authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`
    const { body } = await post(world, '/oauth2/introspect', { token }, { authorization })
    expect(body).toMatchObject({ active: true, aud: api, sub: alice.id })
  })

  test('may stand for several resources, and several clients may stand for one', async () => {
    const world = createQuickWorld()
    const both = await registerApi(world, { resources: [api, files] })
    const one = await registerApi(world, { client_id: 'files-api', resources: [files] })
    const [forApi, forFiles] = [await tokenFor(world, api), await tokenFor(world, files)]
    expect((await introspect(world, both, forApi)).body.active).toBe(true)
    expect((await introspect(world, both, forFiles)).body.active).toBe(true)
    expect((await introspect(world, one, forFiles)).body.active).toBe(true)
  })

  test('sees a token for several resources when it stands for one of them', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const asked = new URLSearchParams([
      ...['grant_type=client_credentials', `resource=${api}`, `resource=${files}`].map(
        (pair) => pair.split('=') as [string, string],
      ),
    ])
    const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
    const { body } = await post(world, '/oauth2/token', asked, { authorization })
    const filesApi = await registerApi(world, { resources: [files] })
    expect((await introspect(world, filesApi, body.access_token)).body).toMatchObject({
      active: true,
      aud: [api, files],
    })
  })

  test('keeps its tokens when the configuration spells the resource otherwise than the registration', async () => {
    const storage = memoryStorage()
    const before = createQuickWorld({ storage })
    const spelled = await registerApi(before, { resources: ['HTTPS://API.example.com/'] })
    const old = await tokenFor(before, api)
    expect((await introspect(before, spelled, old)).body.active).toBe(true)
    const after = createQuickWorld({ storage, validAudiences: [`${api}/`] })
    expect((await introspect(after, spelled, await tokenFor(after, `${api}/`))).body.active).toBe(true)
  })

  test('sees opaque tokens for its resource as well, where the server has no signing keys', async () => {
    const world = createWorld({ disableJwtPlugin: true })
    const token = await tokenFor(world, api)
    expect(token).not.toContain('.')
    const notes = await registerApi(world, { resources: [api] })
    expect((await introspect(world, notes, token)).body).toMatchObject({ active: true, aud: api })
  })

  test('an introspection reads storage no more often for it than for a client whose id is the resource', async () => {
    const calls: string[] = []
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      calls.push(name)
      return run()
    })
    const world = createQuickWorld({ storage })
    const token = await tokenFor(world, api)
    const plain = await registerApi(world, { resources: [files, api] })
    const byUrl = await registerApi(world, { client_id: api })
    const counted = async (client: RegisteredClient) => {
      await introspect(world, client, token)
      const before = calls.length
      expect((await introspect(world, client, token)).body.active).toBe(true)
      return calls.slice(before)
    }
    expect(await counted(plain)).toEqual(await counted(byUrl))
  })

  test('gets and loses resources by provider.updateClient, and the change counts at once', async () => {
    const world = createQuickWorld()
    const token = await tokenFor(world, api)
    const notes = await registerApi(world, {})
    const isActive = async () => (await introspect(world, notes, token)).body.active
    expect(await isActive()).toBe(false)
    await world.provider.updateClient(notes.client_id, { resources: [api] })
    expect(await isActive()).toBe(true)
    await world.provider.updateClient(notes.client_id, { client_name: 'Notes' })
    expect(await isActive()).toBe(true)
    await world.provider.updateClient(notes.client_id, { resources: null })
    expect(await isActive()).toBe(false)
  })

  test('a resource that the server does not know is an error that says where to add it', async () => {
    const world = createQuickWorld()
    await expect(registerApi(world, { resources: [api, 'https://other.example'] })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
      description: 'resources: https://other.example is not in the option validAudiences: add it there',
    })
    await expect(registerApi(world, { resources: Array(51).fill(api) })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })

  test('keeps a resource that has left validAudiences, so that its other metadata can change', async () => {
    const storage = memoryStorage()
    const notes = await registerApi(createQuickWorld({ storage }), { resources: [api, files] })
    const after = createQuickWorld({ storage, validAudiences: [api] })
    const updated = await after.provider.updateClient(notes.client_id, { disabled: true })
    expect(updated.metadata.resources).toEqual([api, files])
    await expect(
      after.provider.updateClient(notes.client_id, { resources: [api, 'https://third.example'] }),
    ).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })
})

describe('introspect_without_resource', () => {
  test('lets a client introspect the tokens without a resource of other clients, with and without a user', async () => {
    const world = createQuickWorld()
    const owner = await registerConfidential(world)
    const machine = await postAs(world, owner, '/oauth2/token', { grant_type: 'client_credentials' })
    const user = await tokenFor(world, undefined)
    const gateway = await registerApi(world, { client_id: 'gateway', introspect_without_resource: true })
    for (const token of [machine.body.access_token, user]) {
      const { body } = await introspect(world, gateway, token)
      expect(body.active).toBe(true)
      expect(body).not.toHaveProperty('aud')
    }
  })

  test('can be taken away again', async () => {
    const world = createQuickWorld()
    const token = await tokenFor(world, undefined)
    const gateway = await registerApi(world, { client_id: 'gateway', introspect_without_resource: true })
    await world.provider.updateClient('gateway', { introspect_without_resource: false })
    expect((await introspect(world, gateway, token)).body).toEqual({ active: false })
  })
})
