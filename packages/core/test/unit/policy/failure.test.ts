import { expect, test } from 'vitest'
import { asOAuthError, retryHeaders } from '../../../src/policy/failure.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'
import { StorageUnavailableError } from '../../../src/storage/storage-unavailable-error.ts'

const named = (name: string, members: object = {}) => Object.assign(new Error('away'), { name, ...members })

test.each([
  ['a StorageUnavailableError', new StorageUnavailableError('away', { retryAfter: 7 }), { 'retry-after': '7' }],
  ['one of another copy of the package', named('StorageUnavailableError', { retryAfter: 7 }), { 'retry-after': '7' }],
  ['an error with its name alone', named('StorageUnavailableError'), { 'retry-after': '5' }],
  ['temporarily_unavailable', new OAuthError('temporarily_unavailable', 'wait', { headers: { a: 'b' } }), { a: 'b' }],
  ['that of another copy of the package', named('OAuthError', { code: 'temporarily_unavailable' }), {}],
  ['another OAuthError', new OAuthError('server_error'), undefined],
  ['another error', new Error('broken'), undefined],
  ['no error', 'temporarily_unavailable', undefined],
])('retryHeaders of %s', (_, thrown, headers) => {
  expect(retryHeaders(thrown)).toEqual(headers)
})

test('an error that only has the name of a StorageUnavailableError is temporarily_unavailable, too', () => {
  const { code, status, headers } = asOAuthError(named('StorageUnavailableError'))
  expect([code, status, headers]).toEqual(['temporarily_unavailable', 503, { 'retry-after': '5' }])
})
