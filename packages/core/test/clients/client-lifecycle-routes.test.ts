import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, isActive, postAs, redirectUri, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { display, expectNotStored, input, startOwn } from '../support/own-client.ts'
import { prepare } from '../support/prepared.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice, bob } from '../support/world.ts'

describe('client/rotate-secret', () => {
  test('client/rotate-secret returns a different secret with no-store and no-cache, and the previous secret is invalid at once (seed B166)', async () => {
    const { world, rpc, client_id, client } = await startOwn()
    const answer = await rpc.post('/oauth2/client/rotate-secret', { client_id })
    expect(answer.status).toBe(200)
    expectNotStored(answer)
    expect(answer.body).toEqual({ ...client, client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) })
    expect(answer.body.client_secret).not.toBe(client.client_secret)
    const ask = {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
      code_verifier: 'v'.repeat(43),
    }
    expectJsonError(await postAs(world, client, '/oauth2/token', ask), 401, 'invalid_client')
    expectJsonError(await postAs(world, answer.body, '/oauth2/token', ask), 400, 'invalid_grant')
  })

  test('public clients cannot rotate secrets', async () => {
    const { rpc } = await startOwn()
    const { body } = await rpc.post('/oauth2/create-client', { ...input, token_endpoint_auth_method: 'none' })
    const answer = await rpc.post('/oauth2/client/rotate-secret', { client_id: body.client_id })
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toBe('public clients cannot rotate secrets')
  })
})

describe('delete-client', () => {
  test('delete-client answers {}, and get-client answers 404 not_found afterwards (seed B167)', async () => {
    const { rpc, client_id } = await startOwn()
    const answer = await rpc.post('/oauth2/delete-client', { client_id })
    expect(answer).toMatchObject({ status: 200, body: {} })
    const gone = await rpc.get('/oauth2/get-client', { client_id })
    expectJsonError(gone, 404, 'not_found')
    expect(gone.body.error_description).toBe('client not found')
    expectJsonError(await rpc.post('/oauth2/delete-client', { client_id }), 404, 'not_found')
  })

  test('its tokens and grants end with it, and an id that comes back brings none of them to life', async () => {
    const { world, client, tokens } = await prepare()
    await world.provider.updateClient(client.client_id, { user_id: alice.id })
    const deleted = await rpcOf(world, alice).post('/oauth2/delete-client', { client_id: client.client_id })
    expect(deleted.status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expect(await world.provider.listGrants(alice.id)).toEqual([])
    expect(world.events).toContainEqual({ type: 'client.deleted', clientId: client.client_id, grantsEnded: 2 })
    await registerConfidential(world, { client_id: client.client_id })
    expect(await isActive(world, tokens.access_token)).toBe(false)
  })
})

describe('public-client and public-client-prelogin', () => {
  test('public-client returns what a page may show without redirect_uris, and prelogin returns the same body (seed B163)', async () => {
    const { world, client_id } = await startOwn({ allowPublicClientPrelogin: true })
    const shown = await rpcOf(world, bob).get('/oauth2/public-client', { client_id })
    expect(shown).toMatchObject({ status: 200 })
    expect(shown.body).toEqual({ client_id, ...display })
    expectNotStored(shown)
    const before = await rpcOf(world).post('/oauth2/public-client-prelogin', { client_id })
    expect(before.body).toEqual(shown.body)
    const form = await rpcOf(world).post('/oauth2/public-client-prelogin', `client_id=${client_id}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.body).toEqual(shown.body)
  })

  test('prelogin takes the signed query of a page', async () => {
    const { world, client_id } = await startOwn({ allowPublicClientPrelogin: true })
    const { url } = await world.browser().visit(authorizeUrl(world, { client_id }, createPkce(), { scope: 'openid' }))
    const answer = await rpcOf(world).post('/oauth2/public-client-prelogin', { oauth_query: new URL(url).search })
    expect(answer.body).toMatchObject({ client_id, client_name: 'Diary' })
  })

  test('without the option there is no such route; disabled clients are not found on either', async () => {
    const closed = await startOwn()
    const nowhere = await rpcOf(closed.world).post('/oauth2/public-client-prelogin', { client_id: closed.client_id })
    expectJsonError(nowhere, 404, 'not_found')
    const { world, client_id } = await startOwn({ allowPublicClientPrelogin: true })
    await world.provider.updateClient(client_id, { disabled: true })
    expectJsonError(await rpcOf(world, bob).get('/oauth2/public-client', { client_id }), 404, 'not_found')
    expectJsonError(await rpcOf(world).post('/oauth2/public-client-prelogin', { client_id }), 404, 'not_found')
    expectJsonError(await rpcOf(world, bob).get('/oauth2/public-client'), 400, 'invalid_request')
    expectJsonError(await rpcOf(world).post('/oauth2/public-client-prelogin', {}), 400, 'invalid_request')
  })
})
