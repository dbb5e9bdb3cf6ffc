import type { RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
const elsewhere = 'https://elsewhere.example.org/callback'
const scope = 'openid offline_access notes:read'

/** Two clients of different sectors, and everything that one of them can read about a user. */
async function prepare(options: WorldOptions = {}) {
  const world = createQuickWorld({ pairwiseSecret, ...options })
  const one = await registerConfidential(world, { subject_type: 'pairwise' })
  const two = await registerConfidential(world, { subject_type: 'pairwise', redirect_uris: [elsewhere] })
  return { world, one, two }
}

async function readable(world: World, client: RegisteredClient) {
  const redirect_uri = client.redirect_uris[0] as string
  const authorized = await authorize(world, client, { scope, redirect_uri })
  const { body: opaque } = await exchangeCode(world, client, authorized, { redirect_uri })
  const { body: jwt } = await refresh(world, client, opaque.refresh_token, { resource: api })
  return [
    claimsOf(opaque.id_token),
    claimsOf(jwt.id_token),
    (await userinfo(world, opaque.access_token)).body,
    (await introspect(world, client, opaque.access_token)).body,
    (await introspect(world, client, jwt.refresh_token)).body,
    ...(jwt.access_token.includes('.') ? [claimsOf(jwt.access_token)] : []),
    (await introspect(world, client, jwt.access_token)).body,
  ]
}

describe('two clients in different sectors (H10)', () => {
  test.each([false, true])(
    'share no sub in any token or answer, and see no real id (disableJwtPlugin: %s) (H10)',
    async (off) => {
      const { world, one, two } = await prepare({ disableJwtPlugin: off })
      const [ofOne, ofTwo] = [await readable(world, one), await readable(world, two)]
      const subs = (answers: readonly { readonly sub?: unknown }[]) => new Set(answers.map(({ sub }) => sub))
      expect([subs(ofOne).size, subs(ofTwo).size]).toEqual([1, 1])
      expect(subs([...ofOne, ...ofTwo]).size).toBe(2)
      expect(JSON.stringify([ofOne, ofTwo])).not.toContain(alice.id)
    },
  )

  test('the secret decides: with another one, no sub is the same (H10)', async () => {
    const { world, one } = await prepare()
    const other = createQuickWorld({ pairwiseSecret: `${pairwiseSecret}!`, storage: world.storage })
    const sub = async (of: World) => claimsOf((await getTokens(of, one, { scope: 'openid' })).id_token).sub
    expect(await sub(world)).not.toBe(await sub(other))
  })

  test.each([{}, { resource: api }])(
    'userinfo of a process without the secret asks no hook and refuses the client, for a token of %j (H10)',
    async (resource) => {
      const { world, one } = await prepare()
      const { access_token } = await getTokens(world, one, { scope: 'openid' }, resource)
      const asked: string[] = []
      const without = createQuickWorld({
        pairwiseSecret: undefined,
        storage: world.storage,
        userClaims: () => {
          asked.push('userClaims')
          return {}
        },
        customUserinfoClaims: () => {
          asked.push('customUserinfoClaims')
          return {}
        },
      })
      const { status, body } = await userinfo(without, access_token)
      expect([status, body.error, asked]).toEqual([400, 'unauthorized_client', []])
    },
  )

  test('a client cannot ask for the real id by prompt, hint, custom claim or another subject_type (H10)', async () => {
    const { world, one } = await prepare({
      customAccessTokenClaims: ({ user }) => ({ sub: user?.id }),
      customIdTokenClaims: ({ user }) => ({ sub: user.id }),
      customUserinfoClaims: ({ user }) => ({ sub: user.id }),
      customTokenResponseFields: ({ user }) => ({ sub: user?.id }),
    })
    expect(JSON.stringify(await readable(world, one))).not.toContain(alice.id)
  })

  test('the hint of one is no hint for the other (H10)', async () => {
    const { world, one, two } = await prepare()
    const first = await authorize(world, one, { scope: 'openid' })
    const id_token_hint = (await exchangeCode(world, one, first)).body.id_token
    await authorize(world, two, { scope: 'openid', redirect_uri: elsewhere }, { browser: first.browser })
    const silent = { scope: 'openid', redirect_uri: elsewhere, prompt: 'none', id_token_hint }
    const response = await first.browser.request(authorizeUrl(world, two, createPkce(), silent))
    expectErrorRedirect(world, response, elsewhere, 'login_required')
  })

  test('a client with one sector does not become one with another by a second host (H10)', async () => {
    const { world, one } = await prepare()
    const changed = world.provider.updateClient(one.client_id, { redirect_uris: [redirectUri, elsewhere] })
    await expect(changed).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })
})
