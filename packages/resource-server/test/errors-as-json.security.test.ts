import { ResourceError } from '@oauth/resource-server'
import { describe, expect, test } from 'vitest'

const told = (error: ResourceError) => JSON.parse(JSON.stringify(error))

const refuse = () => {
  throw new Error('no')
}
const throwing = (member: string) => Object.defineProperty(new Error('x'), member, { get: refuse })
const proxy = new Proxy(new Error('x'), { getPrototypeOf: refuse })

describe('a ResourceError as JSON', () => {
  test('shows its name, message, members and the name and message of its cause', () => {
    const cause = new TypeError('fetch failed')
    const error = new ResourceError('temporarily_unavailable', { cause })
    expect(told(error)).toMatchObject({
      name: 'ResourceError',
      message: 'temporarily_unavailable',
      code: 'temporarily_unavailable',
      status: 503,
      cause: 'TypeError: fetch failed',
    })
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain('errors-as-json')
  })

  test.each<[unknown, string]>([
    ['the introspection endpoint answered 401', 'the introspection endpoint answered 401'],
    [10n, 'a thrown bigint'],
    [{ token: 'x' }, 'a thrown object'],
    [null, 'a thrown object'],
    [throwing('message'), 'a thrown object'],
    [throwing('name'), 'a thrown object'],
    [proxy, 'a thrown object'],
    [Object.assign(new Error('x'), { message: Symbol('x'), name: {} }), 'Error'],
  ])('tells a cause that is no error, or that throws when it is read, too (%#)', (cause, text) => {
    expect(told(new ResourceError('invalid_token', { cause })).cause).toBe(text)
  })

  test.each([
    ['a token', 'unexpected eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl1', 'eyJ'],
    ['a connection string', 'cannot reach redis://app:hunter2@cache.internal', 'hunter2'],
    ['a short credential', 'answered 401 to Basic YXBpOnB3', 'YXBpOnB3'],
    ['a secret', 'wrong client_secret=hunter2', 'hunter2'],
    ['a secret of several words', 'bad {"password": "correct horse battery"}', 'battery'],
    ['the query of a URL', 'cannot load https://api.example.com/cb?code=abc&state=xyz', 'abc'],
    ['a header of cookies', 'headers: cookie: theme=dark; session=s3cr3t', 's3cr3t'],
    ['a header of an unknown scheme', '{"authorization":"Token s3cr3t"}', 's3cr3t'],
    ['the text that a parser of JSON quotes', `Unexpected token 'h', "hunter" is not valid JSON`, 'hunter'],
    ['a text with quotation marks', `Unexpected token 'x', ..."word":"hunter" x"... is not valid JSON`, 'hunter'],
    ['the word at which JavaScriptCore stopped', 'JSON Parse error: Unexpected identifier "hunter"', 'hunter'],
    ['values of an SQL statement', 'insert failed\nparams: alice@example.com', 'alice'],
  ])('does not show %s (C05)', (_name, message, hidden) => {
    expect(JSON.stringify(new ResourceError('invalid_token', { cause: new Error(message) }))).not.toContain(hidden)
  })
})
