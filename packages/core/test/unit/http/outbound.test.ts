import { createGzip } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createOutbound, type OutboundFetch, outboundUrlProblem } from '../../../src/http/outbound.ts'
import { lookupHost } from '../../../src/http/platform.ts'
import { isPrivateAddress } from '../../../src/protocol/private-address.ts'
import { startRemote } from '../../support/remote.ts'

const local = createOutbound({ allowPrivate: true, timeout: 1 })
const strict = { allowPrivate: false, timeout: 1 }

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('outbound requests and their answers', () => {
  test('a GET sends the accepted media types and reads the whole answer', async () => {
    const remote = await startRemote()
    remote.serve('/doc', (request, response) => {
      response.writeHead(200, { 'content-type': 'Application/JSON; charset=utf-8' })
      response.end(JSON.stringify({ method: request.method, accept: request.headers.accept, text: 'grün \u{1f600}' }))
    })
    const { status, text } = await local(`${remote.origin}/doc`, { mediaTypes: ['application/json', 'text/plain'] })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ method: 'GET', accept: 'application/json, text/plain', text: 'grün \u{1f600}' })
  })

  test('a POST sends a form and accepts an answer of any type', async () => {
    const remote = await startRemote()
    remote.serve('/hook', (request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => response.writeHead(400).end(`${request.headers['content-type']} ${body}`))
    })
    const answer = await local(`${remote.origin}/hook`, { method: 'POST', body: new URLSearchParams({ a: '1 2' }) })
    expect(answer).toMatchObject({ status: 400, text: 'application/x-www-form-urlencoded;charset=UTF-8 a=1+2' })
  })

  test('an answer without a body has an empty text', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => void response.writeHead(204).end())
    expect(await local(`${remote.origin}/`)).toMatchObject({ status: 204, text: '' })
  })
})

describe('what a request may demand of its answer', () => {
  test('an answer has the headers of the response', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => void response.writeHead(200, { etag: '"1"' }).end('here'))
    expect((await local(`${remote.origin}/`)).headers.get('etag')).toBe('"1"')
  })

  test('maxBytes refuses a larger answer, by a name that a caller can tell', async () => {
    const remote = await startRemote()
    remote.serveText('/', 'text/plain', 'x'.repeat(101))
    expect((await local(`${remote.origin}/`, { maxBytes: 101 })).text).toHaveLength(101)
    await expect(local(`${remote.origin}/`, { maxBytes: 100 })).rejects.toMatchObject({ name: 'TooLargeError' })
  })

  test('with readStatuses the body of any other status is not read, however long it is', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => void response.writeHead(404).end('x'.repeat(300_000)))
    expect(await local(`${remote.origin}/`, { readStatuses: [200] })).toMatchObject({ status: 404, text: '' })
    await expect(local(`${remote.origin}/`)).rejects.toThrow('more than 262144 bytes')
  })

  test('allowLoopback lets one request go to this machine, and to no other private host (K06)', async () => {
    const remote = await startRemote()
    remote.serveText('/', 'text/plain', 'here')
    const outbound = createOutbound(strict, lookupHost)
    expect((await outbound(`${remote.origin}/`, { allowLoopback: true })).text).toBe('here')
    await expect(outbound(`${remote.origin}/`)).rejects.toThrow('must use https')
    for (const url of ['http://10.0.0.1/', 'https://10.0.0.1/', 'http://suite/', 'http://example.com/']) {
      await expect(outbound(url, { allowLoopback: true })).rejects.toThrow(/must use https|private network/)
    }
  })
})

describe('where an outbound request may go (G02)', () => {
  test.each([
    ['http://example.com/', 'must use https'],
    ['ftp://example.com/', 'must use https'],
    ['file:///etc/passwd', 'must use https'],
    ['javascript:alert(1)', 'must use https'],
    ['/jwks', 'is not an absolute URL'],
    ['', 'has characters that are not allowed in a URL'],
    ['https://exam\nple.com/', 'has characters that are not allowed in a URL'],
    ['https://example.com/ä', 'has characters that are not allowed in a URL'],
    ['https://user:pass@example.com/', 'must not have user information'],
    ['https://127.0.0.1/', 'must not be in a private network'],
    ['https://2130706433/', 'must not be in a private network'],
    ['https://[::ffff:10.0.0.1]/', 'must not be in a private network'],
    ['https://169.254.169.254/latest/meta-data', 'must not be in a private network'],
    ['https://localhost/', 'must not be in a private network'],
  ])('no request is sent to %s, which %s', async (url, problem) => {
    const sent = vi.fn<OutboundFetch>()
    vi.stubGlobal('fetch', sent)
    expect(outboundUrlProblem(url, false)).toBe(problem)
    await expect(createOutbound(strict)(url)).rejects.toThrow(problem)
    await expect(createOutbound({ ...strict, fetch: sent })(url)).rejects.toThrow(problem)
    expect(sent).not.toHaveBeenCalled()
  })

  test('dangerouslyAllowPrivateAddresses allows private hosts, also over plain http, and public hosts only over https', () => {
    expect(outboundUrlProblem('http://127.0.0.1:8080/', true)).toBeUndefined()
    expect(outboundUrlProblem('http://suite:8080/', true)).toBeUndefined()
    expect(outboundUrlProblem('https://10.0.0.1/', true)).toBeUndefined()
    expect(outboundUrlProblem('http://example.com/', true)).toBe('must use https')
  })

  test.each([
    ['a private address', [{ address: '10.0.0.1' }]],
    ['a public and a private one', [{ address: '93.184.216.34' }, { address: '::1' }]],
    ['this machine, mapped', [{ address: '::ffff:127.0.0.1' }]],
    ['nothing', []],
  ])('a host name that resolves to %s is not fetched', async (_name, found) => {
    const sent = vi.fn<OutboundFetch>()
    vi.stubGlobal('fetch', sent)
    const outbound = createOutbound(strict, async () => found)
    await expect(outbound('https://rebound.example/')).rejects.toThrow('resolves to no public address')
    expect(sent).not.toHaveBeenCalled()
  })

  test('a host name that resolves to public addresses is fetched, and nothing is fetched when the resolver fails', async () => {
    const sent = vi.fn<OutboundFetch>(async () => new Response('here'))
    vi.stubGlobal('fetch', sent)
    const asked: string[] = []
    const outbound = createOutbound(strict, async (name) => {
      asked.push(name)
      return [{ address: '93.184.216.34' }, { address: '2606:2800:220:1::1' }]
    })
    expect((await outbound('https://example.com/a')).text).toBe('here')
    expect(asked).toEqual(['example.com'])
    await outbound('https://93.184.216.34/')
    await outbound('https://[2606:2800:220:1::1]/')
    expect([asked.length, sent.mock.calls.length]).toEqual([1, 3])
    const failing = createOutbound(strict, async () => {
      throw new Error('ENOTFOUND')
    })
    await expect(failing('https://example.com/')).rejects.toThrow('ENOTFOUND')
    expect(sent).toHaveBeenCalledTimes(3)
  })

  test('the request is sent when the platform has no resolver', async () => {
    vi.stubGlobal('fetch', async () => new Response('here'))
    const outbound = createOutbound(strict, async () => undefined)
    expect((await outbound('https://example.com/')).text).toBe('here')
  })

  test("no name is resolved before the host's own fetch", async () => {
    const lookup = vi.fn(async () => [{ address: '10.0.0.1' }])
    const outbound = createOutbound({ ...strict, fetch: async () => new Response('by proxy') }, lookup)
    expect((await outbound('https://example.com/')).text).toBe('by proxy')
    expect(lookup).not.toHaveBeenCalled()
  })

  test('the resolver of the platform resolves localhost', async () => {
    const found = (await lookupHost?.('localhost')) ?? []
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ address }) => isPrivateAddress(address))).toBe(true)
    const outbound = createOutbound(strict, () => (lookupHost as NonNullable<typeof lookupHost>)('localhost'))
    await expect(outbound('https://looks-public.example/')).rejects.toThrow('resolves to no public address')
  })

  test('a redirect is not followed, wherever it leads (G03)', async () => {
    const remote = await startRemote()
    remote.serve('/from', (_, response) => void response.writeHead(302, { location: '/to' }).end())
    expect((await local(`${remote.origin}/from`)).status).toBe(302)
    expect(remote.requests).toEqual(['/from'])
  })
})

describe('limits of outbound answers in time and size (G03)', () => {
  const started = (): (() => number) => {
    const at = performance.now()
    return () => performance.now() - at
  }

  test('a request without any answer is given up', async () => {
    const remote = await startRemote()
    remote.serve('/', () => undefined)
    const elapsed = started()
    await expect(local(`${remote.origin}/`)).rejects.toThrow()
    expect(elapsed()).toBeLessThan(5000)
  })

  test('a body that drips for ever is given up', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 50)
      response.on('close', () => clearInterval(drip))
    })
    const elapsed = started()
    await expect(local(`${remote.origin}/`)).rejects.toThrow()
    expect(elapsed()).toBeLessThan(5000)
  })

  test('an endless body is given up and its connection closed', async () => {
    const remote = await startRemote()
    let sent = 0
    const closed = new Promise<void>((resolve) => {
      remote.serve('/', (_, response) => {
        response.writeHead(200)
        const chunk = Buffer.alloc(65_536)
        const pour = (): void => {
          if (response.destroyed) return
          sent += chunk.length
          if (response.write(chunk)) setImmediate(pour)
          else response.once('drain', pour)
        }
        response.on('close', resolve)
        pour()
      })
    })
    await expect(local(`${remote.origin}/`)).rejects.toThrow('more than 262144 bytes')
    await closed
    expect(sent).toBeLessThan(50_000_000)
  })

  test('the size of a compressed body counts after decompression', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      const gzip = createGzip()
      gzip.pipe(response)
      const chunk = Buffer.alloc(1_000_000)
      for (let count = 0; count < 100; count++) gzip.write(chunk)
      gzip.end()
    })
    const outbound = createOutbound({ allowPrivate: true, timeout: 10 })
    await expect(outbound(`${remote.origin}/`)).rejects.toThrow('more than 262144 bytes')
  })

  test('a body of exactly the largest size is read', async () => {
    const remote = await startRemote()
    remote.serve('/', (_, response) => void response.end('x'.repeat(262_144)))
    expect((await local(`${remote.origin}/`)).text).toHaveLength(262_144)
  })

  test.each(['text/html', 'application/json-seq', ''])(
    'an answer of the media type "%s" is refused where JSON is asked for',
    async (type) => {
      const remote = await startRemote()
      remote.serve(
        '/',
        (_, response) => void response.writeHead(200, type === '' ? {} : { 'content-type': type }).end('{}'),
      )
      await expect(local(`${remote.origin}/`, { mediaTypes: ['application/json'] })).rejects.toThrow('media type')
    },
  )

  test("a host's own fetch that ignores the signal is given up all the same", async () => {
    const outbound = createOutbound({ ...strict, fetch: () => new Promise(() => undefined) })
    const elapsed = started()
    await expect(outbound('https://example.com/')).rejects.toThrow('did not answer within 1 s')
    expect(elapsed()).toBeLessThan(5000)
  })
})
