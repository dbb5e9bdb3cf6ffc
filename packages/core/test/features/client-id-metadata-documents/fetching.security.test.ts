import { gzipSync } from 'node:zlib'
import { memoryStorage } from '@oauth/core/memory'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFetchLimits } from '../../../src/features/client-id-metadata-documents/fetch-limits.ts'
import { fixedClock } from '../../../src/testing/index.ts'
import { postAs } from '../../support/client.ts'
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

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the request for a document', () => {
  test('the server sends one GET that asks for JSON, without cookies and credentials (K04)', async () => {
    const { world, received, publish } = await startDocuments()
    publish(documentUrl, clientDocument(), { 'set-cookie': 'a=1' })
    const browser = world.browser()
    browser.cookies.set('session', 'secret')
    expect((await ask(world, client, {}, { browser })).status).toBe(302)
    world.clock.advance(3600)
    expect((await ask(world, client, {}, { browser })).status).toBe(302)
    expect(received).toHaveLength(2)
    for (const headers of received) {
      expect([headers[':method'], headers.accept]).toEqual(['GET', 'application/json'])
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['cookie']))
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']))
    }
  })

  test.each([301, 302, 303, 307, 308])('a redirect with %i is not followed (K04)', async (status) => {
    const { world, publish, fail, fetches } = await startDocuments()
    const target = 'https://app.example.com/moved.json'
    publish(target, clientDocument())
    fail(documentUrl, status, { location: `http://127.0.0.1${remotePath(target)}` })
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect([html.includes(`it was ${status}`), fetches(target)]).toEqual([true, 0])
  })

  test.each([201, 204, 206, 304, 400, 401, 403, 404, 410, 418, 429, 500, 503])(
    'an answer with the status %i is an error (K04)',
    async (status) => {
      const { world, remote } = await startDocuments()
      remote.serve(remotePath(documentUrl), (_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end([204, 304].includes(status) ? undefined : JSON.stringify(clientDocument()))
      })
      const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
      expect(html).toContain(`it was ${status}`)
      const form = { grant_type: 'refresh_token', refresh_token: 'x' }
      expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_client')
    },
  )

  test.each([
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['application/vnd.client+json', true],
    ['application/ld+json;profile="x"', true],
    ['text/html', false],
    ['text/plain', false],
    ['text/json', false],
    ['application/javascript', false],
    ['application/+json', false],
    ['application/jsonp', false],
    ['image/svg+xml', false],
    ['', false],
  ])('a document of the media type %j is accepted: %s (K05)', async (mediaType, accepted) => {
    const { world, remote } = await startDocuments()
    remote.serve(remotePath(documentUrl), (_, response) => {
      if (mediaType !== '') response.setHeader('content-type', mediaType)
      response.writeHead(200).end(JSON.stringify(clientDocument()))
    })
    if (accepted) return expect(await world.provider.getClient(documentUrl)).toMatchObject({ id: documentUrl })
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toContain('must have the media type application/json')
  })
})

describe('how large and how slow a document may be', () => {
  const padded = (bytes: number) => {
    const text = JSON.stringify(clientDocument({ x: '' }))
    return text.replace('"x":""', `"x":"${'x'.repeat(bytes - text.length)}"`)
  }

  test('a document has at most 5120 bytes, or what the option maxDocumentBytes says (K07)', async () => {
    const { world, publish } = await startDocuments()
    publish(documentUrl, padded(5120))
    expect(await world.provider.getClient(documentUrl)).toBeDefined()
    const larger = 'https://larger.example.com/client.json'
    publish(larger, padded(5121))
    const html = await expectErrorPage(await ask(world, documentClient(larger)), 400, 'invalid_client')
    expect(html).toContain('must have at most 5120 bytes')
    const wide = await startDocuments({ documents: { maxDocumentBytes: 6000 } })
    wide.publish(documentUrl, padded(6000))
    expect(await wide.world.provider.getClient(documentUrl)).toBeDefined()
  })

  test('a document is measured after it is unpacked, so a gzip bomb is refused (K07)', async () => {
    const { world, remote } = await startDocuments()
    const serve = (text: string) =>
      remote.serve(remotePath(documentUrl), (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        response.end(gzipSync(text))
      })
    serve(padded(50_000_000))
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toContain('must have at most 5120 bytes')
    serve(padded(5000))
    expect(await world.provider.getClient(documentUrl)).toBeDefined()
  })

  test.each<[string, number]>([
    ['sends nothing', 0],
    ['sends one byte at a time', 1],
  ])('a server that %s is given up after the time limit (K07)', async (_, bytes) => {
    const { world, remote } = await startDocuments({ outboundTimeoutSeconds: 1 })
    remote.serve(remotePath(documentUrl), (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '.repeat(bytes)), 50)
      response.on('close', () => clearInterval(timer))
    })
    const before = performance.now()
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toContain('could not be fetched')
    expect(performance.now() - before).toBeLessThan(3000)
  })
})

describe('where documents are fetched from', () => {
  test.each([
    'https://127.0.0.1/client.json',
    'https://10.0.0.1/client.json',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/client.json',
    'https://[fd00::1]/client.json',
    'https://localhost/client.json',
    'https://intranet/client.json',
    'https://db.internal/client.json',
  ])('nothing is sent to %s, and the page does not tell what is there (K06)', async (url) => {
    const sent = vi.fn(async () => new Response('{}'))
    vi.stubGlobal('fetch', sent)
    const { world } = await startDocuments({ outboundFetch: undefined })
    const html = await expectErrorPage(await ask(world, documentClient(url)), 400, 'invalid_client')
    expect(html).toContain('could not be fetched: its server did not answer, or not in time')
    expect(sent).not.toHaveBeenCalled()
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'client_document.failed',
        cause: expect.objectContaining({ message: expect.stringContaining('private network') }),
      }),
    )
  })
})

describe('how often documents are fetched', () => {
  test('fifty requests for one client at the same time cause one fetch (K09)', async () => {
    const { world, fetches } = await startWithDocument()
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(world, client)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([302]))
    expect(fetches()).toBe(1)
  })

  test('fifty requests for a broken client at the same time cause one fetch (K09)', async () => {
    // A failure is not kept, so that a request which a database has delayed until after it fetches again.
    const { world, fail, fetches } = await startDocuments({ storage: memoryStorage() })
    fail(documentUrl, 404)
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(world, client)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    expect(fetches()).toBe(1)
  })

  test('made-up ids at one host cause at most 30 fetches a minute, and then a clear error (K09)', async () => {
    const { world, remote } = await startDocuments()
    const from = async (count: number) => {
      const statuses: number[] = []
      for (let one = 0; one < count; one++) {
        const url = `https://victim.example.com/${world.clock.now()}-${one}`
        statuses.push((await ask(world, documentClient(url))).status)
      }
      return statuses
    }
    expect(new Set(await from(30))).toEqual(new Set([400]))
    expect(new Set(await from(20))).toEqual(new Set([503]))
    expect(remote.requests).toHaveLength(30)
    const answer = await ask(world, documentClient('https://victim.example.com/one'))
    expect(answer.headers.get('retry-after')).toBe('60')
    const html = await expectErrorPage(answer, 503, 'temporarily_unavailable')
    expect(html).toContain('too many client documents')
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    const token = await postAs(world, documentClient('https://victim.example.com/one'), '/oauth2/token', form)
    expectJsonError(token, 503, 'temporarily_unavailable')
    world.clock.advance(60)
    expect(await from(1)).toEqual([400])
  })

  test('the ports of one host share its limit, because one machine answers on all of them (K09)', async () => {
    const { world, remote } = await startDocuments()
    for (let one = 0; one < 40; one++) await ask(world, documentClient(`https://victim.example.com:${8000 + one}/one`))
    expect(remote.requests).toHaveLength(30)
  })

  test('made-up hosts cause at most 120 fetches a minute, and a client in memory goes on (K09)', async () => {
    const { world, remote } = await startWithDocument({ documents: { minCacheSeconds: 10, maxCacheSeconds: 10 } })
    expect((await ask(world, client)).status).toBe(302)
    const statuses: number[] = []
    for (let one = 0; one < 200; one++) {
      statuses.push((await ask(world, documentClient(`https://host${one}.example.com/a`))).status)
    }
    expect([statuses.filter((status) => status === 503).length, remote.requests.length]).toEqual([81, 120])
    world.clock.advance(11)
    expect((await ask(world, client)).status).toBe(302)
    // Its own document is asked for again: that is counted apart.
    expect(remote.requests).toHaveLength(121)
  })

  test.each([
    ['made-up ids at its host', (one: number) => `https://app.example.com/${one}`],
    ['made-up hosts', (one: number) => `https://h${one}.example.com/one`],
  ])('a flood of %s does not keep an outdated document in use (K09, K10)', async (_, madeUp) => {
    const { world, publish } = await startWithDocument()
    const client = documentClient()
    expect((await ask(world, client)).status).toBe(302)
    world.clock.advance(3600)
    for (let one = 0; one < 130; one++) await ask(world, documentClient(madeUp(one)))
    publish(documentUrl, clientDocument({ redirect_uris: ['https://app.example.com/other'] }))
    expect((await ask(world, client)).status).toBe(400)
  })

  test('at most 4 documents of one host and 16 of all hosts are fetched at the same time (K09)', async () => {
    const { world, remote } = await startDocuments()
    let running = 0
    let most = 0
    const serve = (url: string) =>
      remote.serve(remotePath(url), (_, response) => {
        most = Math.max(most, ++running)
        setTimeout(() => {
          running--
          response.writeHead(404).end()
        }, 300)
      })
    const together = async (urls: readonly string[]) => {
      most = 0
      for (const url of urls) serve(url)
      const answers = await Promise.all(urls.map((url) => ask(world, documentClient(url))))
      return [most, answers.filter(({ status }) => status === 503).length]
    }
    expect(await together(Array.from({ length: 10 }, (_, one) => `https://one.example.com/${one}`))).toEqual([4, 6])
    expect(await together(Array.from({ length: 20 }, (_, one) => `https://h${one}.example.com/a`))).toEqual([16, 4])
    // They are free again.
    expect(await together(['https://one.example.com/last'])).toEqual([1, 0])
  })

  test('the option fetchLimits sets the limits (K09)', async () => {
    const { world, remote } = await startDocuments({
      documents: { fetchLimits: { perMinute: 3, perMinuteAndHost: 2 } },
    })
    for (const url of ['https://a.example.com/1', 'https://a.example.com/2', 'https://a.example.com/3']) {
      await ask(world, documentClient(url))
    }
    for (const host of ['b', 'c']) await ask(world, documentClient(`https://${host}.example.com/1`))
    expect(remote.requests).toEqual(['/a.example.com/1', '/a.example.com/2', '/b.example.com/1'])
  })

  test('the limits go on when the clock is set back, and count each minute anew (K09)', () => {
    const clock = fixedClock()
    const limits = createFetchLimits(clock, { perMinute: 1, perMinuteAndHost: 1, atOnce: 9, atOncePerHost: 9 })
    limits.begin('a')()
    expect(() => limits.begin('b')).toThrow('too many client documents')
    clock.advance(-3600)
    limits.begin('b')()
    expect(() => limits.begin('b')).toThrow('too many client documents')
    clock.advance(60)
    limits.begin('b')()
  })
})
