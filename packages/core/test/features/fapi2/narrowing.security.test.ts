import type { Feature } from '@oauth/core'
import type { Demands } from '@oauth/core/feature'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { expect, test } from 'vitest'
import { narrower } from '../../../src/policy/demands.ts'
import { redirectUri } from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { answerDevice, deviceGrantType, devicePath } from '../../support/device-authorization.ts'
import { type CallChanges, type FapiClient, tokenAs } from '../../support/fapi2.ts'
import { encodeJson } from '../../support/keys.ts'
import { authorizeWith, pushPath } from '../../support/pushed-requests.ts'
import { messagesClient, oneSignedMode, requestClaims, signRequest } from '../../support/signed-messages.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

/** What a journey does otherwise than one that the profile allows. */
interface Change {
  /** Members of the request object; `undefined` removes one. */
  readonly request?: (client: FapiClient) => Readonly<Record<string, unknown>>
  readonly signed?: false
  readonly plain?: true
  readonly pushed?: false
  readonly assertion?: (client: FapiClient) => Promise<CallChanges> | CallChanges
  readonly method?: 'tls_client_auth' | 'client_secret_basic'
  readonly waitBeforeBrowser?: number
  readonly waitBeforeToken?: number
  readonly proof?: CallChanges['proof'] | 'none'
  readonly accept?: string
  readonly device?: true
  readonly introspect?: CallChanges
}

type Place = 'strict' | 'lenient'

const mostStrict: readonly Feature[] = [
  privateKeyJwt({ audiences: 'issuer', signingAlgorithms: ['ES256'] }),
  pushedAuthorizationRequests({ lifetimeSeconds: 30, required: true }),
  dpop({ signingAlgorithms: ['ES256'], required: true }),
  jwtSecuredRequests({ required: true, signingAlgorithms: ['ES256'] }),
  oneSignedMode,
  jwtIntrospection(),
]
const mostLenient: readonly Feature[] = [
  privateKeyJwt({ audiences: 'endpoints' }),
  pushedAuthorizationRequests({ lifetimeSeconds: 600 }),
  dpop(),
  jwtSecuredRequests({ unsigned: 'allowed', outsideParameters: 'merged' }),
  oneSignedMode,
  jwtIntrospection(),
  deviceAuthorization({ verificationUri: '/device' }),
]

/** Runs a whole journey on a server of its own. Returns where it was refused, or `served`. */
async function journey(place: Place, withProfile: boolean, change: Change): Promise<string> {
  const features = place === 'strict' ? mostStrict : mostLenient
  const world = createQuickWorld({
    features: withProfile ? [...features, fapi2MessageSigning()] : features,
    authorizationCodeTtlSeconds: place === 'strict' ? 30 : 600,
    refreshTokenReuseWindowSeconds: 60,
  })
  try {
    const method = change.method === undefined ? {} : { token_endpoint_auth_method: change.method as 'none' }
    const keys = await Promise.all([clientKey(), clientKey('RS256', 'rsa'), clientKey('EdDSA', 'ed')])
    const jwks = { keys: keys.map(({ publicJwk }) => ({ ...publicJwk })) }
    const grants = change.device === true ? { grant_types: ['authorization_code', deviceGrantType] as const } : {}
    const client = await messagesClient(world, { require_pkce: place === 'strict', jwks, ...method, ...grants })
    return await run(client, change)
  } catch (thrown) {
    return `registration: ${(thrown as Error).message}`
  }
}

async function run(client: FapiClient, change: Change): Promise<string> {
  const { world, registered } = client
  if (change.method === 'client_secret_basic') return 'served'
  if (change.device === true) return runDevice(client)
  const { claims, verifier } = requestClaims(client, change.request?.(client))
  const text = (values: object): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    )
  const request =
    change.signed === false
      ? `${encodeJson({ alg: 'none' })}.${encodeJson(claims)}.`
      : await signRequest(client, JSON.parse(JSON.stringify(claims)))
  const sent = change.plain === true ? text(claims) : { request }
  const assertion = await change.assertion?.(client)
  let url: string
  if (change.pushed === false) {
    const parameters = new URLSearchParams({ client_id: registered.client_id, ...sent })
    url = `${world.issuer}/oauth2/authorize?${parameters}`
  } else {
    const { status, body } = await client.post(pushPath, sent, { proof: undefined, ...assertion })
    if (status !== 201) return `push: ${body.error}`
    url = authorizeWith(world, registered, body.request_uri)
  }
  world.clock.advance(change.waitBeforeBrowser ?? 0)
  const visited = await world.browser().visit(url, { user: alice, accept: true })
  const code = URL.canParse(visited.url) ? new URL(visited.url).searchParams.get('code') : null
  if (code === null) return 'authorize: no code'
  world.clock.advance(change.waitBeforeToken ?? 0)
  const proof = change.proof === 'none' ? undefined : (change.proof ?? {})
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const { code_verifier: _, ...withoutVerifier } = form
  const hasChallenge = claims.code_challenge !== undefined
  const token = await tokenAs(client, hasChallenge ? form : withoutVerifier, { proof, ...assertion })
  if (token.status !== 200) return `token: ${token.body.error}`
  const headers = { accept: change.accept ?? 'application/token-introspection+jwt' }
  const seen = await client.post(
    '/oauth2/introspect',
    { token: token.body.access_token },
    { headers, ...change.introspect },
  )
  return seen.status === 200 ? 'served' : `introspect: ${seen.body.error}`
}

async function runDevice(client: FapiClient): Promise<string> {
  const { status, body } = await client.post(devicePath, { scope: 'openid email' }, { proof: undefined })
  if (status !== 200) return `device: ${body.error}`
  await answerDevice(client.world, body)
  const token = await tokenAs(client, { grant_type: deviceGrantType, device_code: body.device_code })
  return token.status === 200 ? 'served' : `token: ${token.body.error}`
}

/** Demands on back-channel authentication requests have tests of their own, beside that feature. */
type BackchannelDemand = 'backchannelContext' | 'backchannelDeliveryModes' | 'signedBackchannelRequests'

/** For every demand of the profile: what a strict server refuses by itself, and what a lenient one accepts. */
const changes: Readonly<
  Record<
    Exclude<keyof Demands, BackchannelDemand>,
    { readonly refusedByStrict: Change; readonly acceptedByLenient: Change }
  >
> = {
  clientAuthMethods: {
    // The profile allows this method, but the server does not have it.
    refusedByStrict: { method: 'tls_client_auth' },
    acceptedByLenient: { method: 'client_secret_basic' },
  },
  signingAlgorithms: {
    refusedByStrict: { assertion: async () => ({ key: await clientKey('EdDSA', 'ed') }) },
    acceptedByLenient: { assertion: async () => ({ key: await clientKey('RS256', 'rsa') }) },
  },
  issuerAsAudience: {
    refusedByStrict: { assertion: ({ world }) => ({ claims: { aud: `${world.issuer}/oauth2/token` } }) },
    acceptedByLenient: { assertion: ({ world }) => ({ claims: { aud: [world.issuer] } }) },
  },
  pushedRequests: { refusedByStrict: { pushed: false }, acceptedByLenient: { pushed: false } },
  requestUriLifetime: { refusedByStrict: { waitBeforeBrowser: 31 }, acceptedByLenient: { waitBeforeBrowser: 599 } },
  pkce: {
    refusedByStrict: { request: () => ({ code_challenge: undefined, code_challenge_method: undefined }) },
    acceptedByLenient: { request: () => ({ code_challenge: undefined, code_challenge_method: undefined }) },
  },
  redirectUri: {
    refusedByStrict: { request: () => ({ redirect_uri: 'https://evil.example.com/callback' }) },
    acceptedByLenient: { request: () => ({ redirect_uri: undefined }) },
  },
  codeLifetime: { refusedByStrict: { waitBeforeToken: 31 }, acceptedByLenient: { waitBeforeToken: 61 } },
  senderConstraints: { refusedByStrict: { proof: 'none' }, acceptedByLenient: { proof: 'none' } },
  directGrantTypes: { refusedByStrict: { device: true }, acceptedByLenient: { device: true } },
  signedRequests: { refusedByStrict: { signed: false }, acceptedByLenient: { plain: true } },
  requestObjectLifetime: {
    refusedByStrict: { request: ({ world }) => ({ exp: world.clock.now() - 20 }) },
    acceptedByLenient: { request: () => ({ nbf: undefined }) },
  },
  responseModes: {
    // The profile allows this mode, but the server does not have it.
    refusedByStrict: { request: () => ({ response_mode: 'query.jwt' }) },
    acceptedByLenient: { request: () => ({ response_mode: 'query' }) },
  },
  signedIntrospection: {
    // Introspection of the wrong client: the assertion that authenticates it names another server.
    refusedByStrict: { introspect: { claims: { aud: 'https://other.example.com' } } },
    acceptedByLenient: { accept: 'application/json' },
  },
}

test('a journey that meets every demand is served by a strict and a lenient server, with the profile and without', async () => {
  for (const place of ['strict', 'lenient'] as const) {
    expect([await journey(place, false, {}), await journey(place, true, {})]).toEqual(['served', 'served'])
  }
})

test.each(Object.entries(changes))(
  'the demand %s opens nothing that the server refuses without the profile',
  async (_, { refusedByStrict }) => {
    expect(await journey('strict', false, refusedByStrict)).not.toBe('served')
    expect(await journey('strict', true, refusedByStrict)).not.toBe('served')
  },
)

test.each(Object.entries(changes))(
  'the demand %s closes what a lenient server accepts without the profile',
  async (_, { acceptedByLenient }) => {
    expect(await journey('lenient', false, acceptedByLenient)).toBe('served')
    expect(await journey('lenient', true, acceptedByLenient)).not.toBe('served')
  },
)

test('two profiles are combined to the narrower demand, whichever comes first', () => {
  const one: Demands = { codeLifetime: 60, clientAuthMethods: ['private_key_jwt', 'tls_client_auth'], pkce: true }
  const other: Demands = { codeLifetime: 30, clientAuthMethods: ['tls_client_auth', 'none'], signedRequests: true }
  const both: Demands = { codeLifetime: 30, clientAuthMethods: ['tls_client_auth'], pkce: true, signedRequests: true }
  expect(narrower(one, other)).toEqual(both)
  expect(narrower(other, one)).toEqual(both)
  expect(narrower({ responseModes: ['jwt'] }, { responseModes: ['query'] })).toEqual({ responseModes: [] })
})
