import type { RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { getTokens, postAs, redirectUri, registerConfidential, userinfo } from '../support/client.ts'
import { clientDocument, documentUrl, startDocuments } from '../support/client-documents.ts'
import { configure, fromOwnPage, register, registered, registrationWorld, repeated } from '../support/registration.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, issuer, type World } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const claimed = { resources: [api], introspect_without_resource: true }
const inactive = { active: false }

const apiOf = (world: World, client_id: string, resources: readonly string[]): Promise<RegisteredClient> =>
  world.provider.registerClient({ client_id, grant_types: [], resources })

describe('a client that stands for an API', () => {
  test('learns no more of a token for another API than of an unknown token (E04)', async () => {
    const world = createQuickWorld()
    const owner = await registerConfidential(world)
    const { access_token } = await getTokens(world, owner, { scope: 'openid notes:read', resource: api })
    const other = await apiOf(world, 'files-api', [files])
    const about = await introspect(world, other, access_token)
    const unknown = await introspect(world, other, `${access_token.slice(0, -8)}AAAAAAAA`)
    expect([about.status, about.body]).toEqual([200, inactive])
    expect([unknown.status, unknown.body]).toEqual([200, inactive])
    const names = (headers: Headers) => [...headers.keys()]
    expect(names(about.headers)).toEqual(names(unknown.headers))
  })

  test('is not asked about tokens without a resource, refresh tokens or those of a wider path (E04)', async () => {
    const world = createQuickWorld({ validAudiences: [api, `${api}/notes`, `${api}.evil.example`] })
    const owner = await registerConfidential(world)
    const { access_token, refresh_token } = await getTokens(world, owner, { scope: 'notes:read offline_access' })
    const notes = await apiOf(world, 'notes-api', [`${api}/notes`])
    const elsewhere = await getTokens(world, owner, { scope: 'notes:read', resource: api })
    const similar = await getTokens(world, owner, { scope: 'notes:read', resource: `${api}.evil.example` })
    for (const token of [access_token, refresh_token, elsewhere.access_token, similar.access_token]) {
      expect((await introspect(world, notes, token)).body).toEqual(inactive)
    }
  })

  test('does not stand for a neighbour whose identifier differs by one slash (E04)', async () => {
    const world = createQuickWorld({ validAudiences: [api, `${api}/`] })
    const owner = await registerConfidential(world)
    const { access_token } = await getTokens(world, owner, { scope: 'notes:read', resource: `${api}/` })
    expect((await introspect(world, await apiOf(world, 'one', [api]), access_token)).body).toEqual(inactive)
    expect((await introspect(world, await apiOf(world, 'two', [`${api}/`]), access_token)).body.active).toBe(true)
  })

  test('cannot stand for the userinfo endpoint, which is in the audience of many tokens (E04)', async () => {
    const world = createQuickWorld()
    await expect(apiOf(world, 'everything', [`${issuer}/oauth2/userinfo`])).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })

  test('sees the subject of the token’s client, and cannot revoke its token (C14)', async () => {
    const world = createQuickWorld({ pairwiseSecret: 'a-pairwise-secret-with-enough-characters' })
    const owner = await registerConfidential(world, { subject_type: 'pairwise' })
    const { access_token } = await getTokens(world, owner, { scope: 'openid notes:read', resource: api })
    const notes = await apiOf(world, 'notes-api', [api])
    const { body } = await introspect(world, notes, access_token)
    expect(body.sub).not.toBe(alice.id)
    expect(body.sub).toBe((await userinfo(world, access_token)).body.sub)
    expect((await postAs(world, notes, '/oauth2/revoke', { token: access_token })).status).toBe(200)
    expect((await introspect(world, notes, access_token)).body.active).toBe(true)
  })

  test('introspect_without_resource shows no token for an API, and no refresh token (E05)', async () => {
    const world = createQuickWorld()
    const owner = await registerConfidential(world)
    const opaque = await getTokens(world, owner, { scope: 'notes:read offline_access' })
    const jwt = await getTokens(world, owner, { scope: 'notes:read', resource: api })
    const gateway = await world.provider.registerClient({
      client_id: 'gateway',
      grant_types: [],
      introspect_without_resource: true,
    })
    expect((await introspect(world, gateway, opaque.access_token)).body.active).toBe(true)
    for (const token of [jwt.access_token, opaque.refresh_token]) {
      expect((await introspect(world, gateway, token)).body).toEqual(inactive)
    }
  })

  test('a public client gets no answer, whatever it stands for (E05)', async () => {
    const world = createQuickWorld()
    const open = await world.provider.registerClient({
      client_id: 'open-api',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      ...claimed,
    })
    const { status, body } = await introspect(world, open, 'any')
    expect([status, body.error]).toEqual([401, 'invalid_client'])
  })
})

describe('a client that registers itself', () => {
  test('does not get resources, whoever its registrant is, and learns so from the answer (G14)', async () => {
    const world = registrationWorld({ idTokenSigningAlgorithm: 'ES256' })
    const token = await world.provider.createInitialAccessToken({ expiresIn: 600 })
    const body = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic', ...claimed }
    const owner = await registerConfidential(world)
    const forApi = await getTokens(world, owner, { scope: 'notes:read', resource: api })
    const opaque = await getTokens(world, owner, { scope: 'notes:read' })
    for (const headers of [fromOwnPage(world), { authorization: `Bearer ${token}` }]) {
      const answer = await register(world, body, headers)
      expect(answer.status).toBe(201)
      expect(answer.body).not.toHaveProperty('resources')
      expect(answer.body).not.toHaveProperty('introspect_without_resource')
      for (const { access_token } of [forApi, opaque]) {
        expect((await introspect(world, answer.body, access_token)).body).toEqual(inactive)
      }
    }
  })

  test('does not get resources from a document that describes it (K14)', async () => {
    const { world, publish } = await startDocuments()
    publish(documentUrl, clientDocument(claimed))
    const client = await world.provider.getClient(documentUrl)
    expect(client?.id).toBe(documentUrl)
    expect(client?.metadata).not.toHaveProperty('resources')
    expect(client?.metadata).not.toHaveProperty('introspect_without_resource')
  })

  test('keeps what the server side gave it when it replaces its registration, and cannot add to it (G14)', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    await world.provider.updateClient(client.client_id, { resources: [files] })
    const put = await configure(world, client, 'PUT', repeated(client, claimed))
    expect(put.status).toBe(200)
    expect(put.body.resources).toEqual([files])
    expect(put.body).not.toHaveProperty('introspect_without_resource')
    // Left out, as an older program would leave it out, it stays.
    const again = await configure(world, put.body, 'PUT', repeated(client))
    expect(again.body.resources).toEqual([files])
  })
})
