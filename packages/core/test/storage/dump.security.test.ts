import { createHash } from 'node:crypto'
import { memoryStorage } from '@oauth/core/memory'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTokenSealers } from '../../src/crypto/seal.ts'
import {
  authorize,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { serverKey } from '../support/keys.ts'
import { recordingStorage } from '../support/storage.ts'
import { api, idOf } from '../support/tokens.ts'
import { createWorld, secret, type World } from '../support/world.ts'

const given: Record<string, string> = {}
let world: World
let dump: string

beforeAll(async () => {
  const { storage, dump: readDump } = recordingStorage(memoryStorage())
  world = createWorld({ storage })
  const client = await registerConfidential(world)
  const app = await registerPublic(world)
  given.clientSecret = client.client_secret ?? ''
  const chosen = await registerConfidential(world, { client_secret: 'chosen-by-the-host-0123456789-abcdefghijk' })
  given.chosenSecret = chosen.client_secret ?? ''

  const authorized = await authorize(world, client, { nonce: 'n' })
  const exchanged = (await exchangeCode(world, client, authorized)).body
  const refreshed = (await refresh(world, client, exchanged.refresh_token)).body
  const twin = (await refresh(world, client, exchanged.refresh_token, { resource: api })).body
  const own = await getTokens(world, app, {}, { resource: api })
  const machine = (await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })).body
  await postAs(world, client, '/oauth2/revoke', { token: machine.access_token })
  await postAs(world, app, '/oauth2/revoke', { token: own.access_token })
  await authorize(world, client, { prompt: 'login consent' })

  given.code = authorized.code
  given.verifier = authorized.pkce.verifier
  given.accessToken = exchanged.access_token
  given.refreshToken = exchanged.refresh_token
  given.secondAccessToken = refreshed.access_token
  given.secondRefreshToken = refreshed.refresh_token
  given.jwtAccessToken = twin.access_token
  given.publicJwt = own.access_token
  given.publicRefreshToken = own.refresh_token
  given.machineToken = machine.access_token
  given.idToken = exchanged.id_token
  given.browserCookie = authorized.browser.cookies.get('__Host-oauth_browser') ?? ''
  given.hostSession = authorized.browser.cookies.get('session') ?? ''
  given.secret = secret
  dump = readDump()
})

const names = [
  ...['clientSecret', 'chosenSecret', 'code', 'verifier', 'accessToken', 'refreshToken', 'secondAccessToken'],
  ...['secondRefreshToken', 'jwtAccessToken', 'publicJwt', 'publicRefreshToken', 'machineToken', 'idToken'],
  ...['browserCookie', 'secret'],
]

describe('nothing that reaches the storage can be used (C13)', () => {
  test.each(names)('%s is nowhere in clear, whole or by its secret half (C13)', (name) => {
    const text = given[name] ?? ''
    expect(text.length).toBeGreaterThanOrEqual(32)
    expect(dump).not.toContain(text)
    expect(dump).not.toContain(text.slice(-32))
    expect(dump).not.toContain(Buffer.from(text).toString('base64'))
    expect(dump).not.toContain(Buffer.from(text).toString('base64url'))
    expect(dump).not.toContain(Buffer.from(text).toString('hex'))
  })

  test.each([
    'clientSecret',
    'chosenSecret',
    'code',
    'accessToken',
    'refreshToken',
    'secondRefreshToken',
    'machineToken',
    'browserCookie',
  ])('of %s a SHA-256 is kept, so the run did write it (C13)', (name) => {
    const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
    const text = given[name] ?? ''
    // The digest covers the issuer, so that another issuer on the same storage does not know the credential.
    expect([digest(text), digest(`${text} ${world.issuer}`)].some((one) => dump.includes(one))).toBe(true)
  })

  test.each(['RS256', 'ES256'])('no private member of the %s key is in clear (C13)', async (algorithm) => {
    const { privateJwk, publicJwk } = await serverKey(world, algorithm)
    expect(dump).toContain((publicJwk.n ?? publicJwk.x) as string)
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
      if (privateJwk[name] !== undefined) expect(dump).not.toContain(privateJwk[name])
      expect(dump).not.toMatch(new RegExp(`\\\\*"${name}\\\\*":`))
    }
    expect(dump).not.toContain('PRIVATE KEY')
  })

  test('the successor of a rotated token opens with that token and the secret of the server (C13)', async () => {
    const { token } = (await world.storage.refreshTokens.find(idOf(given.refreshToken ?? ''))) ?? {}
    const sealed = token?.sealedSuccessor ?? ''
    expect(sealed.length).toBeGreaterThan(40)
    const purpose = 'oauth/refresh-token-successor'
    const open = (key: string): Promise<string | undefined> =>
      createTokenSealers([secret], purpose)(key).unseal(sealed, token?.id ?? '')
    expect(await open(given.refreshToken ?? '')).toBe(given.secondRefreshToken)
    for (const known of [secret, token?.secretHash ?? '', token?.id ?? '', ''])
      expect(await open(known)).toBeUndefined()
  })
})
