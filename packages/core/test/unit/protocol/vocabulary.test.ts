import { describe, expect, test } from 'vitest'
import { formatChallenge } from '../../../src/protocol/challenge.ts'
import { errorStatus, OAuthError, safeDescription } from '../../../src/protocol/errors.ts'
import { parsePrompt } from '../../../src/protocol/prompt.ts'
import { firstScopeOutside, formatScope, parseScope } from '../../../src/protocol/scope.ts'

describe('scope (RFC 6749 section 3.3)', () => {
  test.each([
    ['', []],
    ['openid', ['openid']],
    ['openid profile', ['openid', 'profile']],
    ['  openid   profile ', ['openid', 'profile']],
    ['b a b', ['b', 'a']],
    ['notes:read https://a.example/x !#[]~', ['notes:read', 'https://a.example/x', '!#[]~']],
    ['Openid openid', ['Openid', 'openid']],
    ['__proto__', ['__proto__']],
  ])('the text %j has the scopes %j', (text, scopes) => {
    expect(parseScope(text)).toEqual(scopes)
  })

  test.each(['"', '\\', 'a\tb', 'a\nb', 'a\u0000', 'ä', 'a\u007f', 'openid \u00a0profile', '\u{1f600}'])(
    'the text %j is not a list of scopes',
    (text) => {
      expect(parseScope(text)).toBeUndefined()
    },
  )

  test('formatting and comparing scopes keeps order and case', () => {
    expect(formatScope(parseScope('b a') ?? [])).toBe('b a')
    expect(firstScopeOutside(['a', 'b', 'c'], ['a'])).toBe('b')
    expect(firstScopeOutside(['a'], ['A'])).toBe('a')
    expect(firstScopeOutside([], [])).toBeUndefined()
  })
})

describe('prompt (OpenID Connect Core section 3.1.2.1)', () => {
  test.each([
    ['', []],
    ['none', ['none']],
    ['login consent', ['login', 'consent']],
    ['login login', ['login']],
    ['create', ['create']],
    ['consent select_account', ['consent', 'select_account']],
  ])('the parameter %j has the prompts %j', (text, prompts) => {
    expect(parsePrompt(text)).toEqual(prompts)
  })

  test.each(['none login', 'login none', 'Login', 'loginconsent', 'login,consent', 'unknown', 'login\tconsent'])(
    'the prompt parameter %j is refused',
    (text) => {
      expect(parsePrompt(text)).toBeUndefined()
    },
  )
})

describe('errors', () => {
  test('an error description has only the characters of RFC 6749 section 5.2', () => {
    const everything = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).join('')
    const pieces = [everything.slice(0, 200), everything.slice(200)]
    for (const piece of pieces) {
      const safe = safeDescription(piece)
      expect(safe).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      expect(safe.length).toBe(piece.length)
    }
    expect(safeDescription('the scope "a\\b" is\r\nunknown \u{1f600}')).toBe('the scope ?a?b? is??unknown ??')
  })

  test('a long error description is cut', () => {
    expect(safeDescription('x'.repeat(300)).length).toBe(300)
    const cut = safeDescription('x'.repeat(10_000))
    expect(cut.length).toBe(300)
    expect(cut.endsWith('...')).toBe(true)
  })

  test.each([
    ['invalid_request', 400],
    ['invalid_client', 401],
    ['invalid_grant', 400],
    ['unauthorized_client', 400],
    ['unsupported_grant_type', 400],
    ['invalid_scope', 400],
    ['server_error', 500],
    ['temporarily_unavailable', 503],
    ['invalid_token', 401],
    ['insufficient_scope', 403],
    ['invalid_redirect_uri', 400],
    ['invalid_client_metadata', 400],
    ['invalid_target', 400],
  ] as const)('the error code %s has the status %i of its RFC', (code, status) => {
    expect(new OAuthError(code).status).toBe(status)
  })

  test('every error code has the status of an HTTP error', () => {
    for (const status of Object.values(errorStatus)) expect([400, 401, 403, 404, 405, 429, 500, 503]).toContain(status)
  })

  test('an error is addressed to a redirect URI unless it must stay on a page', () => {
    const target = { clientId: 'c', redirectUri: 'https://a.example/cb', state: 's' }
    const error = new OAuthError('invalid_scope', 'why', { cause: 'reason', status: 418 })
    expect(error.towards(target)).toMatchObject({ code: 'invalid_scope', description: 'why', status: 418 })
    expect(error.towards(target).details.redirect).toEqual(target)
    expect(error.towards(target).cause).toBe('reason')
    const kept = new OAuthError('invalid_request', 'why', { redirect: 'never' })
    expect(kept.towards(target).details.redirect).toBe('never')
    expect(error).toBeInstanceOf(Error)
    expect(error.details.redirect).toBeUndefined()
  })
})

describe('challenge (RFC 9110 section 11.6.1)', () => {
  test.each([
    ['Bearer', {}, 'Bearer'],
    ['Basic', { realm: 'oauth' }, 'Basic realm="oauth"'],
    [
      'Bearer',
      { realm: 'oauth', error: 'invalid_token', scope: undefined },
      'Bearer realm="oauth", error="invalid_token"',
    ],
    ['Bearer', { error_description: 'a "b" \\ c' }, 'Bearer error_description="a b  c"'],
    ['Bearer', { error_description: 'a\r\nSet-Cookie: x=y' }, 'Bearer error_description="aSet-Cookie: x=y"'],
    ['Bearer', { error_description: 'ä\u0000\u{1f600}' }, 'Bearer error_description=""'],
  ])('the challenge of the scheme %s with %o is formatted', (scheme, parameters, expected) => {
    const challenge = formatChallenge(scheme, parameters)
    expect(challenge).toBe(expected)
    expect(new Headers({ 'www-authenticate': challenge }).get('www-authenticate')).toBe(expected)
  })
})
