import { describe, expect, test } from 'vitest'
import { freshSeconds } from '../../../src/features/client-id-metadata-documents/freshness.ts'
import { getTokens, isActive, postAs } from '../../support/client.ts'
import {
  clientDocument,
  documentClient,
  documentUrl,
  remotePath,
  startDocuments,
  startWithDocument,
} from '../../support/client-documents.ts'
import { ask, expectErrorPage, expectJsonError } from '../../support/expectations.ts'

const client = documentClient()

describe('for how long a document is used', () => {
  const bounds = { minSeconds: 60, maxSeconds: 86_400 }
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT'

  test.each<[Record<string, string>, number]>([
    [{}, 3600],
    [{ 'cache-control': 'max-age=600' }, 600],
    [{ 'cache-control': 'public, Max-Age="600"' }, 600],
    [{ 'cache-control': 'max-age=600, s-maxage=900' }, 900],
    [{ 'cache-control': 'max-age=600', age: '200' }, 400],
    [{ 'cache-control': 'max-age=600', age: '-5' }, 600],
    [{ 'cache-control': 'max-age=600', age: 'old' }, 600],
    [{ 'cache-control': 'max-age=5' }, 60],
    [{ 'cache-control': 'max-age=0' }, 60],
    [{ 'cache-control': 'no-store' }, 60],
    [{ 'cache-control': 'no-cache, max-age=600' }, 60],
    [{ 'cache-control': 'max-age=forever' }, 60],
    [{ 'cache-control': 'max-age=31536000, immutable' }, 86_400],
    [{ 'cache-control': 'max-age=99999999999999999999' }, 60],
    [{ expires: 'Thu, 01 Jan 2026 00:10:00 GMT', date }, 600],
    [{ expires: '0', date }, 60],
    [{ expires: 'Thu, 01 Jan 2026 00:10:00 GMT' }, 60],
    [{ expires: 'Thu, 01 Jan 2036 00:10:00 GMT', date }, 86_400],
    [{ 'cache-control': 'max-age=700', expires: 'Thu, 01 Jan 2026 00:10:00 GMT', date }, 700],
  ])('the headers %j make a document fresh for %i seconds (K10)', (headers, seconds) => {
    expect(freshSeconds(new Headers(headers), bounds)).toBe(seconds)
  })

  test('a document is fetched again when it is no longer fresh, and not before (K10)', async () => {
    const { world, publish, fetches } = await startDocuments()
    publish(documentUrl, clientDocument(), { 'cache-control': 'max-age=600' })
    await world.provider.getClient(documentUrl)
    publish(documentUrl, clientDocument({ client_name: 'Renamed' }), { 'cache-control': 'max-age=600' })
    world.clock.advance(599)
    expect((await world.provider.getClient(documentUrl))?.metadata.client_name).toBe('An agent')
    world.clock.advance(1)
    expect((await world.provider.getClient(documentUrl))?.metadata.client_name).toBe('Renamed')
    expect(fetches()).toBe(2)
  })

  test('the options bound what a document says about caching (K10)', async () => {
    const { world, publish, fetches } = await startDocuments({
      documents: { minCacheSeconds: 10, maxCacheSeconds: 20 },
    })
    publish(documentUrl, clientDocument(), { 'cache-control': 'max-age=31536000' })
    await world.provider.getClient(documentUrl)
    world.clock.advance(20)
    publish(documentUrl, clientDocument(), { 'cache-control': 'no-store' })
    await world.provider.getClient(documentUrl)
    world.clock.advance(9)
    await world.provider.getClient(documentUrl)
    expect(fetches()).toBe(2)
    world.clock.advance(1)
    await world.provider.getClient(documentUrl)
    expect(fetches()).toBe(3)
  })

  test('forget makes the server look at once', async () => {
    const { world, publish } = await startWithDocument()
    await world.provider.getClient(documentUrl)
    publish(documentUrl, clientDocument({ client_name: 'Renamed' }))
    const { forget } = world.provider.features.clientIdMetadataDocuments as { forget(clientId: string): void }
    forget(documentUrl)
    expect((await world.provider.getClient(documentUrl))?.metadata.client_name).toBe('Renamed')
  })

  test('a clock that is set back makes the server ask again', async () => {
    const { world, fetches } = await startWithDocument()
    await world.provider.getClient(documentUrl)
    world.clock.advance(-10)
    await world.provider.getClient(documentUrl)
    expect(fetches()).toBe(2)
  })

  test('the client that was not used for the longest time makes room (K10)', async () => {
    const { world, publish, fetches } = await startDocuments({ documents: { maxCachedClients: 2 } })
    const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map((host) => `https://${host}.example.com/client.json`)
    for (const url of [a, b, c]) publish(url, clientDocument({}, url))
    for (const url of [a, b, a, c, a, b]) await world.provider.getClient(url)
    expect([fetches(a), fetches(b), fetches(c)]).toEqual([1, 2, 1])
  })
})

describe('ETag', () => {
  test.each(['"v1"', 'W/"v1"'])(
    'a document with the ETag %s is asked for by it, and a 304 confirms it (K10)',
    async (etag) => {
      const { world, remote } = await startDocuments()
      const asked: (string | undefined)[] = []
      remote.serve(remotePath(documentUrl), (request, response) => {
        asked.push(request.headers['if-none-match'])
        const headers = { etag, 'cache-control': 'max-age=600', 'content-type': 'application/json' }
        if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end()
        response.writeHead(200, headers).end(JSON.stringify(clientDocument()))
      })
      for (const seconds of [0, 600, 599, 1, 600]) {
        world.clock.advance(seconds)
        expect((await world.provider.getClient(documentUrl))?.metadata.client_name).toBe('An agent')
      }
      expect(asked).toEqual([undefined, etag, etag, etag])
    },
  )

  test('an ETag that is no ETag is not sent back (K10)', async () => {
    const { world, publish, received } = await startDocuments()
    publish(documentUrl, clientDocument(), { etag: `"${'x'.repeat(500)}"` })
    await world.provider.getClient(documentUrl)
    world.clock.advance(3600)
    await world.provider.getClient(documentUrl)
    expect(received.map((headers) => headers['if-none-match'])).toEqual([undefined, undefined])
  })
})

describe('errors', () => {
  test.each<[string, (started: Awaited<ReturnType<typeof startDocuments>>) => void]>([
    ['a status', ({ fail }) => fail(documentUrl, 404)],
    ['a failure of the server', ({ fail }) => fail(documentUrl, 500)],
    ['an invalid document', ({ publish }) => publish(documentUrl, clientDocument({ client_name: undefined }))],
  ])('%s is never cached: the next request finds the document that was put right (K10)', async (_, breakIt) => {
    const started = await startDocuments()
    breakIt(started)
    await expectErrorPage(await ask(started.world, client), 400, 'invalid_client')
    await expectErrorPage(await ask(started.world, client), 400, 'invalid_client')
    expect(started.fetches()).toBe(2)
    started.publish(documentUrl, clientDocument())
    expect((await ask(started.world, client)).status).toBe(302)
  })

  test('a known client goes on for a day while the server of its document does not answer, and is asked for twice a minute (K11)', async () => {
    const { world, fail, publish, fetches } = await startWithDocument()
    const { access_token } = await getTokens(world, client)
    fail(documentUrl, 503)
    world.clock.advance(3600)
    for (let one = 0; one < 10; one++) expect((await ask(world, client)).status).toBe(302)
    expect(fetches()).toBe(2)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'client_document.failed', clientId: documentUrl, goesOn: true }),
    )
    world.clock.advance(30)
    expect((await ask(world, client)).status).toBe(302)
    expect(fetches()).toBe(3)
    world.clock.advance(86_400 - 31)
    expect((await ask(world, client)).status).toBe(302)
    world.clock.advance(1)
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_client')
    expect(await isActive(world, access_token)).toBe(false)
    publish(documentUrl, clientDocument())
    expect((await ask(world, client)).status).toBe(302)
  })

  test('a known client goes on while the network is down (K11)', async () => {
    let down = false
    const answer = () =>
      new Response(JSON.stringify(clientDocument()), { headers: { 'content-type': 'application/json' } })
    const { world } = await startDocuments({
      async outboundFetch() {
        if (down) throw new Error('the network is down')
        return answer()
      },
    })
    await world.provider.getClient(documentUrl)
    down = true
    world.clock.advance(3600)
    expect((await ask(world, client)).status).toBe(302)
  })

  test.each<[string, (started: Awaited<ReturnType<typeof startDocuments>>) => void]>([
    ['is gone', ({ fail }) => fail(documentUrl, 404)],
    ['is invalid', ({ publish }) => publish(documentUrl, clientDocument({ client_secret: 'x' }))],
    ['is no JSON', ({ publish }) => publish(documentUrl, '<html>')],
    ['is too large', ({ publish }) => publish(documentUrl, clientDocument({ x: 'x'.repeat(6000) }))],
    ['has moved', ({ fail }) => fail(documentUrl, 301, { location: 'https://app.example.com/other.json' })],
  ])(
    'a known client whose document %s ends at once, and stays away while its server then fails (K11)',
    async (_, breakIt) => {
      const started = await startWithDocument()
      const { world } = started
      expect((await ask(world, client)).status).toBe(302)
      breakIt(started)
      world.clock.advance(3600)
      await expectErrorPage(await ask(world, client), 400, 'invalid_client')
      started.fail(documentUrl, 503)
      await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    },
  )

  test('with maxStaleSeconds 0 a client ends with the freshness of its document (K11)', async () => {
    const { world, fail } = await startWithDocument({ documents: { maxStaleSeconds: 0 } })
    expect((await ask(world, client)).status).toBe(302)
    fail(documentUrl, 503)
    world.clock.advance(3600)
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  })
})
