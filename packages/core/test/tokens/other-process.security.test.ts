import type { ClientInput, OAuthEvent } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { clientKey } from '../support/client-keys.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
const scope = 'openid offline_access'

/** Two processes on one database. The second lacks the options that the clients of the first need. */
async function start(input: ClientInput, options: WorldOptions = {}, less: WorldOptions = {}) {
  const storage = memoryStorage()
  const first = createQuickWorld({ ...options, storage })
  const client = await registerConfidential(first, input)
  const second = createQuickWorld({ ...less, storage })
  return { first, second, client }
}

/** The reasons in the events, as texts. */
function reasons(events: readonly OAuthEvent[]): string {
  return events.flatMap((event) => ('cause' in event ? String(event.cause) : [])).join('\n')
}

const gaps: readonly (readonly [string, ClientInput, WorldOptions, string])[] = [
  [
    'an algorithm of ID tokens',
    { id_token_signed_response_alg: 'EdDSA' },
    { idTokenSigningAlgorithms: ['EdDSA'] },
    'idTokenSigningAlgorithms',
  ],
  ['pairwise subjects', { subject_type: 'pairwise' }, { pairwiseSecret }, 'pairwiseSecret'],
  [
    'an authentication method of a feature',
    { token_endpoint_auth_method: 'private_key_jwt' },
    { features: [privateKeyJwt()] },
    'token_endpoint_auth_method',
  ],
  [
    'request objects that it demands to be signed',
    { require_signed_request_object: true },
    { features: [jwtSecuredRequests()] },
    'jwtSecuredRequests',
  ],
  [
    'requests that it demands to be pushed',
    { require_pushed_authorization_requests: true },
    { features: [pushedAuthorizationRequests(), privateKeyJwt()] },
    'pushedAuthorizationRequests',
  ],
]

describe.each(gaps)(
  'a client that is registered for %s, in a process that lacks it',
  (_name, input, options, option) => {
    const keyed = async (): Promise<ClientInput> =>
      options.features === undefined ? input : { ...input, jwks: { keys: [(await clientKey()).publicJwk] } }

    test('a client that needs a missing option is refused at the authorization endpoint before sign-in, with an event that names the option (H20)', async () => {
      const { second, client } = await start(await keyed(), options)
      for (const prompt of [undefined, 'none']) {
        const response = await ask(second, client, { scope, prompt })
        const answer = expectErrorRedirect(second, response, redirectUri, 'unauthorized_client')
        expect(answer.get('error_description')).toContain(Object.keys(input)[0])
        expect(answer.get('error_description')).not.toContain(option === 'pairwiseSecret' ? option : 'install')
      }
      expect(reasons(second.events)).toContain(option)
      expect(second.events.filter(({ type }) => type === 'request.failed')).toEqual([])
    })
  },
)

describe('a client whose sign-in began in another process', () => {
  const eddsa = { id_token_signed_response_alg: 'EdDSA' } as const
  const both = { idTokenSigningAlgorithms: ['EdDSA'] } as const

  test('a client whose sign-in began in another process gets no code from a process that could not sign its ID token (H20)', async () => {
    const { first, second, client } = await start(eddsa, both)
    const browser = first.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(first, client, createPkce(), { scope }))
    Object.assign(browser, { world: second })
    // Both processes know the same host sessions.
    for (const [id, session] of first.sessions) second.sessions.set(id, session)
    expectErrorRedirect(second, await browser.consent(page.url, true), redirectUri, 'unauthorized_client')
    Object.assign(browser, { world: first })
    expect((await browser.consent(page.url, true)).headers.get('location')).toContain('code=')
  })

  test('a client whose sign-in began in another process is refused at the token endpoint without losing its code or its refresh token (H20)', async () => {
    const { first, second, client } = await start(eddsa, both)
    const authorized = await authorize(first, client, { scope })
    const refused = await exchangeCode(second, client, authorized)
    expectJsonError(refused, 400, 'unauthorized_client')
    expect(reasons(second.events)).toContain('idTokenSigningAlgorithms')
    const { body } = await exchangeCode(first, client, authorized)
    expectJsonError(await refresh(second, client, body.refresh_token), 400, 'unauthorized_client')
    expect((await refresh(first, client, body.refresh_token)).status).toBe(200)
  })

  test('a client whose sign-in began in another process may go on where it gets no ID token (H20)', async () => {
    const { second, client } = await start(eddsa, both)
    const authorized = await authorize(second, client, { scope: 'notes:read' })
    expect((await exchangeCode(second, client, authorized)).body.access_token).toBeTypeOf('string')
  })
})

test('userinfo that this process cannot sign is refused, and the event names the option (H20)', async () => {
  const options = { idTokenSigningAlgorithms: ['EdDSA'] } as const
  const { first, second, client } = await start({ userinfo_signed_response_alg: 'EdDSA' }, options)
  const authorized = await authorize(first, client, { scope })
  const { body } = await exchangeCode(first, client, authorized)
  expectJsonError(await userinfo(second, body.access_token), 400, 'unauthorized_client')
  expect(reasons(second.events)).toContain('idTokenSigningAlgorithms')
  const off = await start({ userinfo_signed_response_alg: 'ES256' }, {}, { disableJwtPlugin: true })
  const opaque = (await exchangeCode(off.first, off.client, await authorize(off.first, off.client, { scope }))).body
  expectJsonError(await userinfo(off.second, opaque.access_token), 400, 'unauthorized_client')
})

test('no token or answer tells a pairwise client the id of a user where the secret is missing (H20)', async () => {
  const { first, second, client } = await start({ subject_type: 'pairwise' }, { pairwiseSecret })
  const authorized = await authorize(first, client, { scope })
  const answers = [await exchangeCode(second, client, authorized)]
  const { body } = await exchangeCode(first, client, authorized)
  answers.push(await refresh(second, client, body.refresh_token))
  answers.push(await userinfo(second, body.access_token))
  answers.push(await introspect(second, client, body.access_token))
  answers.push(await introspect(second, client, body.refresh_token))
  for (const answer of answers) {
    expectJsonError(answer, 400, 'unauthorized_client')
    expect(JSON.stringify(answer.body)).not.toContain(alice.id)
  }
  const machine = await postAs(second, client, '/oauth2/token', { grant_type: 'client_credentials' })
  expect(machine.status).toBe(200)
  expect(claimsOf(body.id_token).sub).not.toBe(alice.id)
})

test('no refresh token comes from a process that could not take it back (H20)', async () => {
  const { second, client } = await start({}, {}, { grantTypes: ['authorization_code'] })
  const { body } = await exchangeCode(second, client, await authorize(second, client, { scope }))
  expect(body).not.toHaveProperty('refresh_token')
  const issued = second.events.find(({ type }) => type === 'tokens.issued')
  expect(issued).toMatchObject({ refreshTokenWithheld: 'refresh_not_supported' })
})

test('a logout token that this process cannot sign is an event that names the option (H20)', async () => {
  const storage = memoryStorage()
  const sent: string[] = []
  const outboundFetch = async (url: string) => {
    sent.push(url)
    return new Response(null, { status: 200 })
  }
  const options = { storage, outboundFetch, features: [backChannelLogout()], endsSessions: true } as const
  const first = createQuickWorld({ ...options, idTokenSigningAlgorithms: ['EdDSA'] })
  const client = await registerConfidential(first, {
    id_token_signed_response_alg: 'EdDSA',
    backchannel_logout_uri: 'https://app.example.com/logout',
  })
  const { browser } = await authorize(first, client, { scope })
  const second: World = createQuickWorld(options)
  await second.provider.sessionEnded(browser.cookies.get('session') as string)
  expect(sent).toEqual([])
  const failed = second.events.find(({ type }) => type === 'back_channel_logout.failed')
  expect(String((failed as { cause?: { cause?: unknown } }).cause?.cause)).toContain('idTokenSigningAlgorithms')
})
