import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type ClientInput, createProvider, type OAuthEvent, type Provider, type Storage } from '@oauth/core'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { memoryStorage } from '@oauth/core/memory'
import { kyselyStorage } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseName, databaseNames, emptyDatabase } from '../../../packages/kysely/test/support/databases.ts'

const redirectUri = 'https://rp.example/callback'
const api = 'https://api.example.com'
const http = { [oauth.allowInsecureRequests]: true } as const
const timeout = 60_000
const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

/** Starts a provider whose user is always signed in, and whose clients need no consent. */
async function startProvider(storage: Storage) {
  const events: OAuthEvent[] = []
  let provider: Provider | undefined
  const server = createServer(getRequestListener((request) => (provider as Provider).fetch(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  provider = createProvider({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    validAudiences: [api],
    idTokenSigningAlgorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'],
    features: [privateKeyJwt(), jwtSecuredRequests(), pushedAuthorizationRequests(), jarm(), jwtIntrospection()],
    onEvent: (event) => events.push(event),
  })
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { provider, events, stop }
}

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  skip_consent: true,
}

interface Opened {
  readonly storage: Storage
  close(): Promise<void>
}

/** Memory, SQLite, PGlite (PostgreSQL in the process), and the servers that this run can use. */
async function open(name: 'memory' | DatabaseName): Promise<Opened> {
  if (name === 'memory') return { storage: memoryStorage(), close: async () => undefined }
  const database = await emptyDatabase(name)
  await migrate(database.db)
  return { storage: kyselyStorage(database.db), close: database.drop }
}

async function decryptionKey() {
  const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), use: 'enc', kid: 'enc-1', alg: 'RSA-OAEP-256' }
  const decrypt = async (jwe: string): Promise<string> =>
    new TextDecoder().decode((await compactDecrypt(jwe, privateKey)).plaintext)
  return { jwks: { keys: [jwk as Record<string, unknown>] }, privateKey, decrypt }
}

const names = ['memory', ...databaseNames] as const

describe.each(names)('signed responses with independent client libraries, on %s', (name) => {
  let running: Awaited<ReturnType<typeof startProvider>>
  let as: oauth.AuthorizationServer
  let opened: Opened

  beforeAll(async () => {
    opened = await open(name)
    running = await startProvider(opened.storage)
    const issuer = new URL(running.provider.issuer)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    await opened?.close()
    expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  const browse = async (url: URL): Promise<URL> => {
    const response = await fetch(url, { redirect: 'manual' })
    return new URL(String(response.headers.get('location')))
  }

  const register = async (input: ClientInput) => {
    const { client_id, client_secret } = await running.provider.registerClient({ ...metadata, ...input })
    return { client_id, auth: oauth.ClientSecretBasic(String(client_secret)) }
  }

  /** Asks for a signed response, with an error where the request is wrong. */
  const ask = async (client_id: string, changes: Record<string, string> = {}) => {
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()]
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({
      ...{ client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid email offline_access', state },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...{ response_mode: 'jwt', ...changes },
    }).toString()
    return { state, verifier, location: await browse(url) }
  }

  test.each([undefined, 'ES256', 'PS256', 'EdDSA'])(
    'oauth4webapi takes the response with authorization_signed_response_alg %s and redeems its code (R05, R10)',
    { timeout },
    async (algorithm) => {
      const alg = algorithm === undefined ? {} : { authorization_signed_response_alg: algorithm }
      const { client_id, auth } = await register({ ...alg, require_signed_authorization_response: true })
      const client: oauth.Client = { client_id, ...alg }
      const { state, verifier, location } = await ask(client_id)
      const callback = await oauth.validateJwtAuthResponse(as, client, location, state, http)
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        auth,
        callback,
        redirectUri,
        verifier,
        http,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { requireIdToken: true })
      expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    },
  )

  test('oauth4webapi reads a signed error (R04)', { timeout }, async () => {
    const { client_id } = await register({})
    const { state, location } = await ask(client_id, { scope: 'admin' })
    expect([...location.searchParams.keys()]).toEqual(['response'])
    const error = oauth.validateJwtAuthResponse(as, { client_id }, location, state, http)
    await expect(error).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  test('oauth4webapi decrypts and takes an encrypted response (R06)', { timeout }, async () => {
    const { jwks, decrypt } = await decryptionKey()
    const { client_id } = await register({ jwks, authorization_encrypted_response_alg: 'RSA-OAEP-256' })
    const { state, location } = await ask(client_id)
    const options = { ...http, [oauth.jweDecrypt]: decrypt }
    const callback = await oauth.validateJwtAuthResponse(as, { client_id }, location, state, options)
    expect(callback.has('code')).toBe(true)
  })

  test('openid-client signs in with useJwtResponseMode, pushed and plain, and encrypted (R06, R08)', {
    timeout,
  }, async () => {
    const { jwks, privateKey } = await decryptionKey()
    for (const input of [{}, { jwks, authorization_encrypted_response_alg: 'RSA-OAEP-256' }]) {
      const { client_id, client_secret } = await running.provider.registerClient({ ...metadata, ...input })
      const auth = openid.ClientSecretBasic(client_secret)
      const config = await openid.discovery(new URL(running.provider.issuer), client_id, undefined, auth, {
        execute: [openid.allowInsecureRequests, openid.useJwtResponseMode],
      })
      if ('jwks' in input) openid.enableDecryptingResponses(config, undefined, { key: privateKey, kid: 'enc-1' })
      for (const build of [openid.buildAuthorizationUrlWithPAR, openid.buildAuthorizationUrl]) {
        const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
        const url = await build(config, {
          ...{ redirect_uri: redirectUri, scope: 'openid offline_access', state },
          ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        })
        const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
        const tokens = await openid.authorizationCodeGrant(config, await browse(url), checks)
        expect(tokens.claims()?.sub).toBe(user.id)
      }
    }
  })

  test('a response for one client is refused by the library of another, and so is one that was changed (R03)', {
    timeout,
  }, async () => {
    const [one, two] = [await register({}), await register({})]
    const { state, location } = await ask(one.client_id)
    const foreign = oauth.validateJwtAuthResponse(as, { client_id: two.client_id }, location, state, http)
    await expect(foreign).rejects.toThrow('"aud"')
    const jwt = String(location.searchParams.get('response'))
    location.searchParams.set('response', `${jwt.slice(0, -20)}${'A'.repeat(20)}`)
    const changed = oauth.validateJwtAuthResponse(as, { client_id: one.client_id }, location, state, http)
    await expect(changed).rejects.toThrow('signature')
  })

  test.each([undefined, 'ES256', 'EdDSA'])(
    'oauth4webapi introspects with requestJwtResponse and introspection_signed_response_alg %s, and verifies the signature (RFC 9701)',
    { timeout },
    async (algorithm) => {
      const alg = algorithm === undefined ? {} : { introspection_signed_response_alg: algorithm }
      const { client_id, auth: ownAuth } = await register({})
      const owner: oauth.Client = { client_id }
      const { verifier, state, location } = await ask(client_id, { response_mode: 'query', resource: api })
      const callback = oauth.validateAuthResponse(as, owner, location, state)
      const response = await oauth.authorizationCodeGrantRequest(as, owner, ownAuth, callback, redirectUri, verifier, {
        ...http,
        additionalParameters: { resource: api },
      })
      const { access_token } = await oauth.processAuthorizationCodeResponse(as, owner, response)
      const resourceServer = await running.provider.registerClient({ grant_types: [], resources: [api], ...alg })
      const client: oauth.Client = { client_id: resourceServer.client_id, ...alg }
      const auth = oauth.ClientSecretBasic(String(resourceServer.client_secret))
      for (const [token, active] of [
        [access_token, true],
        ['made-up', false],
      ] as const) {
        const options = { ...http, requestJwtResponse: true }
        const answer = await oauth.introspectionRequest(as, client, auth, token, options)
        const introspection = await oauth.processIntrospectionResponse(as, client, answer)
        await oauth.validateApplicationLevelSignature(as, answer, http)
        expect(introspection.active).toBe(active)
        if (active) expect(introspection).toMatchObject({ sub: user.id, client_id: owner.client_id })
      }
    },
  )

  test('oauth4webapi and openid-client introspect with an encrypted response (RFC 9701)', { timeout }, async () => {
    const { jwks, privateKey, decrypt } = await decryptionKey()
    const alg = { introspection_signed_response_alg: 'PS256' }
    const input = { ...alg, jwks, introspection_encrypted_response_alg: 'RSA-OAEP-256', grant_types: [] as const }
    const { client_id, client_secret } = await running.provider.registerClient(input)
    const client: oauth.Client = { client_id, ...alg }
    const auth = oauth.ClientSecretBasic(String(client_secret))
    const answer = await oauth.introspectionRequest(as, client, auth, 'made-up', http)
    const options = { [oauth.jweDecrypt]: decrypt }
    expect(await oauth.processIntrospectionResponse(as, client, answer, options)).toEqual({ active: false })
    await oauth.validateApplicationLevelSignature(as, answer, http)
    const config = await openid.discovery(
      new URL(running.provider.issuer),
      client_id,
      alg,
      openid.ClientSecretBasic(String(client_secret)),
      { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
    )
    openid.enableDecryptingResponses(config, undefined, { key: privateKey, kid: 'enc-1' })
    expect(await openid.tokenIntrospection(config, 'made-up')).toEqual({ active: false })
  })
})
