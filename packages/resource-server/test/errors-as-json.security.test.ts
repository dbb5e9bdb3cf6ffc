import { ResourceError } from '@oauth/resource-server'
import { describe, expect, test } from 'vitest'

const told = (error: ResourceError) => JSON.parse(JSON.stringify(error))

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
  ])('tells a cause that is no error, too: %s', (cause, text) => {
    expect(told(new ResourceError('invalid_token', { cause })).cause).toBe(text)
  })

  test.each([
    ['a token', 'unexpected eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl1', 'eyJ'],
    ['a connection string', 'cannot reach redis://app:hunter2@cache.internal', 'hunter2'],
    ['values of an SQL statement', 'insert failed\nparams: alice@example.com', 'alice'],
  ])('does not show %s (C05)', (_name, message, hidden) => {
    expect(JSON.stringify(new ResourceError('invalid_token', { cause: new Error(message) }))).not.toContain(hidden)
  })
})
