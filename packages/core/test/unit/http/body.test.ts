import { describe, expect, test } from 'vitest'
import { bodyLimit, mediaType, readBody } from '../../../src/http/body.ts'
import { readForm, readFormOrJson } from '../../../src/http/form.ts'
import { parseParameters } from '../../../src/http/parameters.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'

const url = 'https://a.example/x'
const formType = 'application/x-www-form-urlencoded'

function post(body: BodyInit, headers: Record<string, string> = {}, target = url): Request {
  const streaming = body instanceof ReadableStream ? { duplex: 'half' } : {}
  return new Request(target, {
    method: 'POST',
    body,
    headers: { 'content-type': formType, ...headers },
    ...streaming,
  } as RequestInit)
}

/** A body in chunks. `pulled` counts the chunks that the reader requested. */
function chunks(
  size: number,
  count: number,
): { readonly stream: ReadableStream<Uint8Array>; readonly state: { pulled: number; cancelled: boolean } } {
  const state = { pulled: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (state.pulled++ < count) controller.enqueue(new Uint8Array(size).fill(97))
        else controller.close()
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, state }
}

async function refusal(promise: Promise<unknown>): Promise<OAuthError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OAuthError)) throw new Error(`not refused: ${String(error)}`)
  return error
}

const tooLarge = { code: 'invalid_request', status: 413 }

describe('readBody', () => {
  test('the limit of a request body is 64 KiB', () => {
    expect(bodyLimit).toBe(64 * 1024)
  })

  test.each([0, 1, 65_535, 65_536])('a body of %i bytes without a content-length is read', async (size) => {
    expect((await readBody(post('a'.repeat(size)))).length).toBe(size)
  })

  test('a body of one byte above the limit without a content-length is 413', async () => {
    expect(await refusal(readBody(post('a'.repeat(65_537))))).toMatchObject(tooLarge)
  })

  test('the size of a body counts bytes, not characters', async () => {
    expect(await refusal(readBody(post('ä'.repeat(40_000))))).toMatchObject(tooLarge)
    expect((await readBody(post('ä'.repeat(30_000)))).length).toBe(30_000)
  })

  test.each(['65537', '10000000', '9'.repeat(30)])(
    'a content-length of %s is 413 before the body is read',
    async (length) => {
      const { stream, state } = chunks(1000, 10)
      expect(await refusal(readBody(post(stream, { 'content-length': length })))).toMatchObject(tooLarge)
      expect(state.pulled).toBe(0)
    },
  )

  test('a body with a content-length within the limit is read', async () => {
    expect(await readBody(post('a=b', { 'content-length': '3' }))).toBe('a=b')
  })

  test.each(['3', 'abc'])('a content-length of %j does not lift the limit', async (length) => {
    const body = 'a'.repeat(200_000)
    expect((await refusal(readBody(post(body, { 'content-length': length })))).code).toBe('invalid_request')
  })

  test('a stream is read to its end, also when a chunk ends within a character', async () => {
    const bytes = new TextEncoder().encode('x=ä\u{1f600}')
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await readBody(post(stream))).toBe('x=ä\u{1f600}')
  })

  test('an endless stream is cancelled at the limit', async () => {
    const { stream, state } = chunks(10_000, Number.POSITIVE_INFINITY)
    expect(await refusal(readBody(post(stream)))).toMatchObject(tooLarge)
    expect(state.pulled).toBeLessThanOrEqual(8)
    expect(state.cancelled).toBe(true)
  })

  test('a request without a body has an empty text', async () => {
    expect(await readBody(new Request(url, { method: 'POST' }))).toBe('')
  })
})

describe('forms', () => {
  test.each([
    [formType, formType],
    [`${formType};charset=UTF-8`, formType],
    [`Application/X-WWW-Form-Urlencoded ; charset=utf-8`, formType],
    ['text/plain', 'text/plain'],
  ])('the media type of %s is read without parameters and in lower case', (header, expected) => {
    expect(mediaType(post('', { 'content-type': header }))).toBe(expected)
  })

  test.each(['application/json', 'multipart/form-data', 'text/plain', '', 'application/x-www-form-urlencodedx'])(
    'a form with the content type %j is refused',
    async (type) => {
      expect(await refusal(readForm(post('a=b', { 'content-type': type })))).toMatchObject({ code: 'invalid_request' })
    },
  )

  test('a query string beside a form is refused, and an empty one is allowed', async () => {
    expect(await refusal(readForm(post('a=b', {}, `${url}?c=d`)))).toMatchObject({ code: 'invalid_request' })
    expect((await readForm(post('a=b', {}, `${url}?`))).get('a')).toBe('b')
  })

  test('JSON from a page is read like a form: only its own members that are strings or booleans', async () => {
    const json = (body: string): Request => post(body, { 'content-type': 'application/json' })
    const parameters = await readFormOrJson(json('{"state":"s","accept":true,"n":1,"o":{},"__proto__":{"x":"y"}}'))
    const read = ['state', 'accept', 'n', 'o', 'x', '__proto__'].map((name) => parameters.get(name))
    expect(read).toEqual(['s', 'true', undefined, undefined, undefined, undefined])
    for (const bad of ['', '[]', 'null', '"x"', '{', '1']) {
      expect(await refusal(readFormOrJson(json(bad)))).toMatchObject({ code: 'invalid_request' })
    }
  })
})

describe('parameters (RFC 6749 section 3.1)', () => {
  test('an empty parameter is absent, and values are decoded once', () => {
    const parameters = parseParameters('a=&b=%2520+x&c=%C3%A4&d')
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => parameters.get(name))).toEqual([
      undefined,
      '%20 x',
      'ä',
      undefined,
      undefined,
    ])
  })

  test.each(['a=1&a=2', 'a=1&a=1', 'a=&a=', 'scope=x&b=1&scope=y', '%61=1&a=2', '__proto__=1&__proto__=2'])(
    'the query %s is refused because it repeats a parameter',
    (encoded) => {
      expect(() => parseParameters(encoded)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    },
  )

  test('only the parameter resource may be repeated (RFC 8707 section 2)', () => {
    const parameters = parseParameters('resource=a&resource=&resource=b')
    expect(parameters.all('resource')).toEqual(['a', 'b'])
    expect(parameters.get('resource')).toBe('a')
    expect(parameters.all('other')).toEqual([])
    expect(parseParameters('x=1').all('x')).toEqual(['1'])
  })

  test.each(['a=%00', 'a%00=b', 'a=b%00c'])('the query %s is refused because it has a NUL', (encoded) => {
    expect(() => parseParameters(encoded)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  test('a hundred parameters are read, and one more is refused', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=x`).join('&')
    expect(parseParameters(many(100)).get('p99')).toBe('x')
    expect(() => parseParameters(many(101))).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    expect(() => parseParameters(many(10_000))).toThrow(OAuthError)
  })

  test('parameters may have the names of members of Object.prototype', () => {
    const parameters = parseParameters('constructor=1')
    expect(parameters.get('constructor')).toBe('1')
    expect(parameters.get('toString')).toBeUndefined()
    expect(parameters.get('__proto__')).toBeUndefined()
  })
})
