import { gzipSync } from 'node:zlib'
import type express from 'express'
import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type Answer, type Listening, listen, mountable } from '../../core/test/support/adapter-suite.ts'
import { registerConfidential } from '../../core/test/support/client.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { oauth } from '../src/index.ts'
import { majors } from './support.ts'

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

describe.each(majors)('%s, after body parsers', (_name, create) => {
  let server: Listening | undefined
  let errors: unknown[] = []
  afterEach(() => server?.close())

  /** Makes an application whose provider echoes the body that it received. */
  async function echo(
    ...before: RequestHandler[]
  ): Promise<(type: string, body: string | Uint8Array) => Promise<Answer>> {
    errors = []
    const app = create()
    if (before.length > 0) app.use(...before)
    app.use(oauth(mountable(async (request) => new Response(await request.text()))))
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.status(500).json({ error: 'host' })
    }) as express.ErrorRequestHandler)
    server = await listen(app)
    const { ask } = server
    return (type, body) => ask('/auth/x', { method: 'POST', headers: { 'content-type': type }, body })
  }

  test.each([
    ['plain', 'a=1&b=%2B+%26%3D%C3%BC&empty='],
    ['repeated', 'a=1&b=2&a=1'],
    ['repeated often', Array.from({ length: 30 }, (_, index) => `resource=${index}`).join('&')],
    ['of a name that objects have', 'a=1&constructor=2'],
  ])('after express.urlencoded() a form that is %s reaches the provider as it was sent', async (_kind, sent) => {
    for (const extended of [false, true]) {
      const post = await echo(create.urlencoded({ extended }))
      const got = new URLSearchParams((await post(form, sent)).text)
      const want = new URLSearchParams(sent)
      // Compare the values of each name and their order. The order of the names does not matter.
      for (const name of want.keys())
        expect([extended, name, got.getAll(name)]).toEqual([extended, name, want.getAll(name)])
      expect([...new Set(got.keys())].sort()).toEqual([...new Set(want.keys())].sort())
      await server?.close()
    }
  })

  test.each(['a[b]=c&d=1', 'a[b][c]=1&a[d]=2&d=1', 'a[]=1&d=1', 'a[0]=1&d=1', 'd=1&a[1][b]=1&a[2][b]=1'])(
    'with extended: true, %s stays a name with brackets',
    async (sent) => {
      const post = await echo(create.urlencoded({ extended: true }))
      const names = [...new URLSearchParams((await post(form, sent)).text).keys()]
      expect(names.sort()).toEqual(['a[]', 'd'])
    },
  )

  test.each([
    'resource[x]=1&resource=real',
    'resource=real&resource[x]=1',
    'resource=real&resource=other&resource[x]=1',
    'resource[x]=1&resource=real&resource=other',
    'resource[0]=1&resource[x]=real',
  ])('with extended: true, the provider refuses %s, because the parser has merged two parameters', async (sent) => {
    const post = await echo(create.urlencoded({ extended: true }))
    expect((await post(form, sent)).text).toBe('resource=%00')
  })

  test('after express.json() the members of the body reach the provider', async () => {
    const post = await echo(create.json())
    const body = { redirect_uris: ['https://a.example/ü'], nested: { a: [1, null, 'x'] }, __proto: 1 }
    expect(JSON.parse((await post(json, JSON.stringify(body))).text)).toEqual(body)
    expect(JSON.parse((await post(`${json}; charset=utf-8`, '{"__proto__":{"a":1}}')).text)).toHaveProperty('__proto__')
    // The adapter restores no body for an empty one.
    expect((await post(json, '')).status).toBe(200)
  })

  test('after express.text() and express.raw() the bytes of the body reach the provider', async () => {
    for (const parser of [create.text({ type: '*/*' }), create.raw({ type: '*/*' })]) {
      const post = await echo(parser)
      expect((await post(form, 'a=%zz&a=ü')).text).toBe('a=%zz&a=ü')
      await server?.close()
    }
  })

  test.each([form, json, 'text/plain'])(
    'an empty body of %s that a parser has read before reaches the provider as an empty body',
    async (type) => {
      const parsers: RequestHandler[] = [create.json(), create.urlencoded({ extended: true }), create.text()]
      for (const before of [parsers, [create.raw({ type: '*/*' })]]) {
        const post = await echo(...before)
        expect(await post(type, '')).toMatchObject({ status: 200, text: '' })
        expect(errors).toEqual([])
        await server?.close()
      }
    },
  )

  test('an empty form after body parsers is refused as an empty form without them is', async () => {
    const world = createQuickWorld({ basePath: '/auth' })
    const answers: unknown[] = []
    for (const parsers of [[], [create.json(), create.urlencoded({ extended: false })]]) {
      server = await listen(create().use(...parsers, oauth(world.provider)))
      const init = { method: 'POST', headers: { 'content-type': form }, body: '' }
      const { status, text } = await server.ask('/auth/oauth2/token', init)
      answers.push([status, JSON.parse(text)])
      await server.close()
    }
    expect(answers[0]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })])
    expect(answers[1]).toEqual(answers[0])
  })

  test('the provider receives the unparsed body if a parser has kept it', async () => {
    const keep = (req: object, _res: unknown, rawBody: Buffer): void => void Object.assign(req, { rawBody })
    const post = await echo(create.urlencoded({ extended: true, verify: keep as never }))
    expect((await post(form, 'a[b]=c&a=1&x=%zz')).text).toBe('a[b]=c&a=1&x=%zz')
  })

  test('a compressed body that a parser has read reaches the provider decompressed', async () => {
    const post = await echo(create.json())
    const answer = await server?.ask('/auth/x', {
      method: 'POST',
      headers: { 'content-type': json, 'content-encoding': 'gzip' },
      body: gzipSync('{"a":1}'),
    })
    expect(answer?.text).toBe('{"a":1}')
    expect((await post(json, '{"b":2}')).text).toBe('{"b":2}')
  })

  test.each([form, json])(
    '%s that a handler has read and not kept causes an error that says what to do, and the request does not hang',
    async (type) => {
      const swallow: RequestHandler = (req, _res, next) =>
        void req
          .resume()
          .on('data', () => undefined)
          .on('end', () => next())
      const post = await echo(swallow)
      const { status, text } = await post(type, type === form ? 'a=1' : '{}')
      expect([status, text]).toEqual([500, '{"error":"host"}'])
      expect(String(errors)).toContain('POST /auth/x: a middleware before oauth(provider) has read the body')
      expect(String(errors)).toContain('Move app.use(oauth(provider)) before that middleware')
    },
  )

  test('the provider refuses a body of another content type that a parser has read, without a 500', async () => {
    const world = createQuickWorld({ basePath: '/auth' })
    const swallow: RequestHandler = (req, _res, next) =>
      void req
        .resume()
        .on('data', () => undefined)
        .on('end', () => next())
    server = await listen(create().use(swallow, oauth(world.provider)))
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const { status, text } = await server.ask('/auth/oauth2/token', { method: 'POST', headers, body: '--x--' })
    expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_request'])
  })

  test('the provider refuses repeated parameters other than resource, also after body parsers (G02)', async () => {
    const world = createQuickWorld({ basePath: '/auth' })
    const { client_id, client_secret } = await registerConfidential(world)
    const app = create().use(create.json(), create.urlencoded({ extended: true }), oauth(world.provider))
    server = await listen(app)
    const headers = { 'content-type': form, authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` }
    const ask = async (body: string) => {
      const answer = await server?.ask('/auth/oauth2/token', { method: 'POST', headers, body })
      return JSON.parse(answer?.text ?? '')
    }
    const base = 'grant_type=client_credentials&scope=notes%3Aread'
    const two = '&resource=https://api.example.com&resource=https://files.example.com/v1'
    expect((await ask(base + two)).access_token).toBeTypeOf('string')
    expect((await ask(`${base}&scope=notes%3Aread`)).error).toBe('invalid_request')
    expect((await ask(`${base}&scope[x]=1`)).error).toBe('invalid_request')
    expect((await ask(`${base}&other[x]=1`)).access_token).toBeTypeOf('string')
  })
})
