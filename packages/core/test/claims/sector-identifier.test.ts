import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { claimsOf, getTokens, redirectUri, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { configure, fromOwnPage, openWorld, register, registered, repeated } from '../support/registration.ts'
import { startRemote } from '../support/remote.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type WorldOptions } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
const second = 'https://other.example.org/callback'
const options: WorldOptions = {
  pairwiseSecret,
  idTokenSigningAlgorithm: 'ES256',
  dangerouslyAllowPrivateAddresses: true,
  outboundTimeoutSeconds: 1,
}

async function start(changes: WorldOptions = {}) {
  const remote = await startRemote()
  const world = openWorld({ ...options, ...changes })
  const uri = `${remote.origin}/sector.json`
  remote.serveJson('/sector.json', [redirectUri, second])
  const input = { redirect_uris: [redirectUri, second], subject_type: 'pairwise', sector_identifier_uri: uri } as const
  return { remote, world, uri, input }
}

const expected = (host: string): string =>
  createHmac('sha256', pairwiseSecret).update(`${host}.${alice.id}`).digest('base64url')

describe('sector_identifier_uri', () => {
  test('a document that lists all redirect URIs answers 201 with the effective metadata, and its host is the sector (decision 7)', async () => {
    const { remote, world, input } = await start()
    const answer = await register(world, input, fromOwnPage(world))
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject(input)
    expect(remote.requests).toEqual(['/sector.json'])

    const client = await registerConfidential(world, input)
    const tokens = await getTokens(world, client, { redirect_uri: redirectUri }, { redirect_uri: redirectUri })
    expect(claimsOf(tokens.id_token).sub).toBe(expected('127.0.0.1'))
    // Two clients of one sector get the same `sub`.
    const other = await registerConfidential(world, { ...input, redirect_uris: [second] })
    const others = await getTokens(world, other, { redirect_uri: second }, { redirect_uri: second })
    expect(claimsOf(others.id_token).sub).toBe(expected('127.0.0.1'))
  })

  test('without sector_identifier_uri several hosts are no sector', async () => {
    const { world, input } = await start()
    const { sector_identifier_uri: _, ...without } = input
    const answer = await register(world, without, fromOwnPage(world))
    expectJsonError(answer, 400, 'invalid_client_metadata')
  })

  test.each<[string, (remote: Awaited<ReturnType<typeof startRemote>>) => void]>([
    ['a list without one of them', (remote) => remote.serveJson('/sector.json', [redirectUri])],
    ['a list with almost one of them', (remote) => remote.serveJson('/sector.json', [redirectUri, `${second}/`])],
    ['an empty list', (remote) => remote.serveJson('/sector.json', [])],
    ['no list', (remote) => remote.serveJson('/sector.json', { redirect_uris: [redirectUri, second] })],
    ['no JSON', (remote) => remote.serveText('/sector.json', 'application/json', redirectUri)],
    ['a page', (remote) => remote.serveText('/sector.json', 'text/html', JSON.stringify([redirectUri, second]))],
    ['nothing', (remote) => remote.serve('/sector.json', (_, response) => void response.writeHead(404).end())],
    ['no answer', (remote) => remote.serve('/sector.json', () => undefined)],
    ['too much', (remote) => remote.serveJson('/sector.json', [redirectUri, second, 'x'.repeat(300_000)])],
    [
      'a redirect',
      (remote) =>
        remote.serve('/sector.json', (_, response) => void response.writeHead(302, { location: '/all' }).end()),
    ],
  ])(
    '%s behind a sector_identifier_uri answers 400 invalid_client_metadata, and nobody is registered (decision 7; G03)',
    async (_name, change) => {
      const { remote, world, input } = await start()
      remote.serveJson('/all', [redirectUri, second])
      change(remote)
      for (let count = 0; count < 2; count++) {
        expectJsonError(await register(world, input, fromOwnPage(world)), 400, 'invalid_client_metadata')
      }
      expect(remote.requests).toEqual(['/sector.json'])
      expect(await world.storage.clients.list({ limit: 1 })).toEqual([])
    },
  )

  test('the server fetches a sector document again a minute after it was wrong', async () => {
    const { remote, world, input } = await start()
    remote.serveJson('/sector.json', [])
    expect((await register(world, input, fromOwnPage(world))).status).toBe(400)
    remote.serveJson('/sector.json', [second, redirectUri])
    world.clock.advance(60)
    expect((await register(world, input, fromOwnPage(world))).status).toBe(201)
  })

  test('private addresses are refused unless allowed, and nothing is fetched (G02)', async () => {
    const { remote, input, uri } = await start()
    const strict = openWorld({ pairwiseSecret, idTokenSigningAlgorithm: 'ES256' })
    const uris = [
      uri,
      'https://127.0.0.1/s',
      'https://[::1]/s',
      'https://0x7f.1/s',
      'https://localhost/s',
      'http://sector.example/s',
      'x',
    ]
    for (const sector_identifier_uri of uris) {
      const answer = await register(strict, { ...input, sector_identifier_uri }, fromOwnPage(strict))
      expectJsonError(answer, 400, 'invalid_client_metadata')
    }
    expect(remote.requests).toEqual([])
  })

  test('a public client is checked as well; where there are no pairwise subjects it is unknown and nothing is fetched', async () => {
    const { remote, world, input } = await start()
    remote.serveJson('/sector.json', [])
    const answer = await register(world, { ...input, subject_type: 'public' }, fromOwnPage(world))
    expectJsonError(answer, 400, 'invalid_client_metadata')
    const { pairwiseSecret: _, ...without } = options
    const plain = openWorld(without)
    const ignored = await register(plain, { ...input, subject_type: 'public' }, fromOwnPage(plain))
    expect([ignored.status, ignored.body.sector_identifier_uri]).toEqual([201, undefined])
    expect(remote.requests).toEqual(['/sector.json'])
  })
})

describe('a client that changes', () => {
  test('what depends on nothing new is changed while the list is away', async () => {
    const { remote, world, input } = await start()
    const client = await registered(world, input)
    remote.serve('/sector.json', (_, response) => void response.writeHead(503).end())
    world.clock.advance(600)
    await world.provider.updateClient(client.client_id, { disabled: true })
    await world.provider.updateClient(client.client_id, {
      disabled: false,
      redirect_uris: [second],
      client_name: 'New',
    })
    expect(remote.requests).toHaveLength(1)
    const more = world.provider.updateClient(client.client_id, { redirect_uris: [second, redirectUri] })
    await expect(more).rejects.toThrow('cannot be fetched')
  })

  test('a new redirect URI has to be in the document, whoever adds it (H10)', async () => {
    const { remote, world, input } = await start()
    const client = await registered(world, input)
    const third = 'https://third.example.net/cb'
    const widened = repeated(client, { redirect_uris: [redirectUri, third] })
    world.clock.advance(60)
    expectJsonError(await configure(world, client, 'PUT', widened), 400, 'invalid_client_metadata')
    await expect(world.provider.updateClient(client.client_id, { redirect_uris: [third] })).rejects.toThrow(third)
    remote.serveJson('/sector.json', [redirectUri, third])
    world.clock.advance(60)
    expect((await configure(world, client, 'PUT', widened)).status).toBe(200)
  })

  test('a client stays in its sector: it can neither change the URL nor leave it out where it is on another host (H10)', async () => {
    const { remote, world, input } = await start()
    const client = await registered(world, input)
    const elsewhere = remote.origin.replace('127.0.0.1', 'localhost')
    remote.serveJson('/sector.json', [redirectUri, second])
    for (const changes of [
      { sector_identifier_uri: `${elsewhere}/sector.json` },
      { sector_identifier_uri: undefined, redirect_uris: [redirectUri] },
      { sector_identifier_uri: null, redirect_uris: [redirectUri] },
    ]) {
      const answer = await configure(world, client, 'PUT', repeated(client, changes))
      expectJsonError(answer, 400, 'invalid_client_metadata')
    }
    // A sector_identifier_uri with another path on the same host is the same sector.
    remote.serveJson('/moved.json', [redirectUri, second])
    const moved = repeated(client, { sector_identifier_uri: `${remote.origin}/moved.json` })
    const answer = await configure(world, client, 'PUT', moved)
    expect([answer.status, answer.body.sector_identifier_uri]).toEqual([200, `${remote.origin}/moved.json`])
  })

  test('a client of one host cannot go into the sector of a URL, and its owner cannot move it either (H10)', async () => {
    const { remote, world, input } = await start()
    remote.serveJson('/sector.json', [redirectUri])
    const { sector_identifier_uri, ...plain } = input
    const client = await registered(world, { ...plain, redirect_uris: [redirectUri] })
    const joined = repeated(client, { sector_identifier_uri })
    expectJsonError(await configure(world, client, 'PUT', joined), 400, 'invalid_client_metadata')
    const answer = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/update-client`, {
        method: 'POST',
        headers: { ...fromOwnPage(world), 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: client.client_id, update: { sector_identifier_uri } }),
      }),
    )
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_client_metadata' }])
  })
})

test("the host's own fetch, a public host: its name is the sector", async () => {
  const world = createQuickWorld({
    pairwiseSecret,
    outboundFetch: async () => Response.json([redirectUri, second, 'com.example.app:/cb']),
  })
  const client = await registerConfidential(world, {
    redirect_uris: [redirectUri, second],
    subject_type: 'pairwise',
    sector_identifier_uri: 'https://sector.example.com/redirects.json',
  })
  const tokens = await getTokens(world, client, { redirect_uri: second }, { redirect_uri: second })
  expect(claimsOf(tokens.id_token).sub).toBe(expected('sector.example.com'))
  // A native app without a host in its redirect URI belongs to the sector whose document lists the URI.
  const native = await world.provider.registerClient({
    redirect_uris: ['com.example.app:/cb'],
    token_endpoint_auth_method: 'none',
    subject_type: 'pairwise',
    sector_identifier_uri: 'https://sector.example.com/redirects.json',
  })
  expect(native.application_type).toBe('native')
})
