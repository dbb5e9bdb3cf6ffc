import { describe, expect, test } from 'vitest'
import { exchangeCode, isActive, type Parameters, postAs, refresh, registerPublic } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { prepare } from '../support/prepared.ts'
import { createWorld, issuer } from '../support/world.ts'

const codeShape = `c${'0'.repeat(24)}${'A'.repeat(43)}`
const tokenShape = `r${'0'.repeat(24)}${'A'.repeat(43)}`
const code = { grant_type: 'authorization_code' }
const refreshing = { grant_type: 'refresh_token' }

describe('bad token requests get the registered error and change nothing', () => {
  test.each<[string, Parameters, string]>([
    ['nothing at all', {}, 'invalid_request'],
    ['an empty grant_type', { grant_type: '' }, 'invalid_request'],
    ['an unknown grant_type', { grant_type: 'nothing' }, 'unsupported_grant_type'],
    ['a grant_type in capitals', { grant_type: 'AUTHORIZATION_CODE' }, 'unsupported_grant_type'],
    ['a grant_type with a space', { grant_type: 'authorization_code ' }, 'unsupported_grant_type'],
    ['no code', code, 'invalid_request'],
    ['an empty code', { ...code, code: '' }, 'invalid_request'],
    ['a code that is none', { ...code, code: 'x' }, 'invalid_grant'],
    ['a code that was never issued', { ...code, code: codeShape }, 'invalid_grant'],
    ['a refresh token as a code', { ...code, code: tokenShape }, 'invalid_grant'],
    ['a very long code', { ...code, code: 'c'.repeat(20_000) }, 'invalid_grant'],
    ['no refresh token', refreshing, 'invalid_request'],
    ['an empty refresh token', { ...refreshing, refresh_token: '' }, 'invalid_request'],
    ['a refresh token that is none', { ...refreshing, refresh_token: 'x' }, 'invalid_grant'],
    ['a refresh token that was never issued', { ...refreshing, refresh_token: tokenShape }, 'invalid_grant'],
    ['a code as a refresh token', { ...refreshing, refresh_token: codeShape }, 'invalid_grant'],
    ['a scope for users but no user', { grant_type: 'client_credentials', scope: 'openid' }, 'invalid_scope'],
  ])('a token request with %s is refused and changes nothing', async (_name, form, error) => {
    const { world, client, authorized, tokens, writes } = await prepare()
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, error)
    expect(writes).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a code or refresh token with a changed secret, in another case, or with text behind it is invalid_grant', async () => {
    const { world, client, authorized, tokens, writes } = await prepare()
    const flip = (text: string): string => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A')
    for (const change of [
      flip,
      (text: string) => text.toUpperCase(),
      (text: string) => `${text}A`,
      (t: string) => ` ${t}`,
    ]) {
      const other = { ...authorized, code: change(authorized.code) }
      expectJsonError(await exchangeCode(world, client, other), 400, 'invalid_grant')
      expectJsonError(await refresh(world, client, change(tokens.refresh_token)), 400, 'invalid_grant')
    }
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test.each<[string, Parameters, string]>([
    ['a wider scope', { scope: 'notes:read email' }, 'invalid_scope'],
    ['an unknown scope', { scope: 'unheard:of' }, 'invalid_scope'],
    ['a malformed scope', { scope: 'notes:read "' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://evil.test' }, 'invalid_target'],
  ])('a refresh with %s gets the registered error', async (_name, form, error) => {
    const { world, client, tokens, writes } = await prepare()
    expectJsonError(await refresh(world, client, tokens.refresh_token, form), 400, error)
    expect(writes).toEqual([])
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test('a user who is gone or a hook that throws costs the client nothing', async () => {
    let broken = false
    const { world, client, authorized, writes } = await prepare({
      customTokenResponseFields: () => {
        if (broken) throw new Error('hook')
        return {}
      },
    })
    const user = world.users.get('user-alice')
    if (user === undefined) throw new Error('no alice')
    world.users.delete(user.id)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    world.users.set(user.id, user)
    broken = true
    expectJsonError(await exchangeCode(world, client, authorized), 500, 'server_error')
    broken = false
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a public client without an id, with an unknown id, or with its id in capitals is refused', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const form = { grant_type: 'authorization_code', code: codeShape, code_verifier: 'v'.repeat(43) }
    for (const client_id of [undefined, '', 'nobody', client.client_id.toUpperCase(), ` ${client.client_id}`]) {
      const body = new URLSearchParams({ ...form, ...(client_id !== undefined && { client_id }) })
      const answer = await send(world, `${issuer}/oauth2/token`, { method: 'POST', body })
      expectJsonError(answer, 401, 'invalid_client')
    }
  })

  test('jwks and discovery take GET and HEAD alone, and no parameter disturbs them', async () => {
    const world = createWorld()
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      const plain = await send(world, issuer + path)
      expect(plain.status).toBe(200)
      expect((await send(world, `${issuer}${path}?a=1&a=2&x=%00`)).body).toEqual(plain.body)
      expect((await send(world, issuer + path, { method: 'HEAD' })).status).toBe(200)
      const posted = await send(world, issuer + path, { method: 'POST' })
      expect([posted.status, posted.body.error, posted.headers.get('allow')]).toEqual([
        405,
        'method_not_allowed',
        'GET',
      ])
    }
  })
})
