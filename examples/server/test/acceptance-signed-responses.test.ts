import type { ClientInput, ProviderOptions } from '@oauth/core'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, configure, makeDecryptionKey, makeRequest } from './acceptance-clients.ts'
import { http, metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

const api = 'https://api.example.com'
const options: Partial<ProviderOptions> = {
  validAudiences: [api],
  idTokenSigningAlgorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'],
  features: [privateKeyJwt(), jwtSecuredRequests(), pushedAuthorizationRequests(), jarm(), jwtIntrospection()],
}

describe.each(storageNames)('signed responses with independent client libraries, on %s', (name) => {
  const served = serve(name, (storage) => startProvider(storage, () => ({ options })))

  const register = async (input: ClientInput) => {
    const { client_id, client_secret } = await served().provider.registerClient({ ...metadata, ...input })
    return { client_id, auth: oauth.ClientSecretBasic(String(client_secret)) }
  }

  /** Asks for a signed response, with an error where the request is wrong. */
  const ask = async (client_id: string, changes: Record<string, string> = {}) => {
    const { parameters, ...rest } = await makeRequest({ response_mode: 'jwt', ...changes })
    return { ...rest, location: await callbackOf(authorizationUrl(served().as, { client_id, ...parameters })) }
  }

  test.each([undefined, 'ES256', 'PS256', 'EdDSA'])(
    'oauth4webapi takes the response with authorization_signed_response_alg %s and redeems its code (R05, R10)',
    { timeout },
    async (algorithm) => {
      const { as } = served()
      const alg = algorithm === undefined ? {} : { authorization_signed_response_alg: algorithm }
      const { client_id, auth } = await register({ ...alg, require_signed_authorization_response: true })
      const client: oauth.Client = { client_id, ...alg }
      const { state, nonce, verifier, location } = await ask(client_id)
      const callback = await oauth.validateJwtAuthResponse(as, client, location, state, http)
      const tokens = await oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, http),
        { expectedNonce: nonce, requireIdToken: true },
      )
      expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    },
  )

  test('oauth4webapi reads a signed error (R04)', { timeout }, async () => {
    const { as } = served()
    const { client_id } = await register({})
    const { state, location } = await ask(client_id, { scope: 'admin' })
    expect([...location.searchParams.keys()]).toEqual(['response'])
    const error = oauth.validateJwtAuthResponse(as, { client_id }, location, state, http)
    await expect(error).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  test('oauth4webapi decrypts and takes an encrypted response (R06)', { timeout }, async () => {
    const { as } = served()
    const { jwks, decrypt } = await makeDecryptionKey('RSA-OAEP-256')
    const { client_id } = await register({ jwks, authorization_encrypted_response_alg: 'RSA-OAEP-256' })
    const { state, location } = await ask(client_id)
    const options = { ...http, [oauth.jweDecrypt]: decrypt }
    const callback = await oauth.validateJwtAuthResponse(as, { client_id }, location, state, options)
    expect(callback.has('code')).toBe(true)
  })

  test('openid-client signs in with useJwtResponseMode, pushed and plain, and encrypted (R06, R08)', {
    timeout,
  }, async () => {
    const { jwks, privateKey } = await makeDecryptionKey('RSA-OAEP-256')
    for (const input of [{}, { jwks, authorization_encrypted_response_alg: 'RSA-OAEP-256' }]) {
      const { client_id, client_secret } = await served().provider.registerClient({ ...metadata, ...input })
      const config = await configure(served(), client_id, openid.ClientSecretBasic(client_secret), {
        execute: [openid.useJwtResponseMode],
      })
      if ('jwks' in input) openid.enableDecryptingResponses(config, undefined, { key: privateKey, kid: 'enc-1' })
      for (const build of [openid.buildAuthorizationUrlWithPAR, openid.buildAuthorizationUrl]) {
        const { parameters, checks } = await makeRequest({ scope: 'openid offline_access' })
        const callback = await callbackOf(await build(config, parameters))
        const tokens = await openid.authorizationCodeGrant(config, callback, checks)
        expect(tokens.claims()?.sub).toBe(user.id)
      }
    }
  })

  test('a response for one client is refused by the library of another, and so is one that was changed (R03)', {
    timeout,
  }, async () => {
    const { as } = served()
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
      const { as } = served()
      const alg = algorithm === undefined ? {} : { introspection_signed_response_alg: algorithm }
      const { client_id, auth: ownAuth } = await register({})
      const owner: oauth.Client = { client_id }
      const { verifier, state, nonce, location } = await ask(client_id, { response_mode: 'query', resource: api })
      const callback = oauth.validateAuthResponse(as, owner, location, state)
      const response = await oauth.authorizationCodeGrantRequest(as, owner, ownAuth, callback, redirectUri, verifier, {
        ...http,
        additionalParameters: { resource: api },
      })
      const { access_token } = await oauth.processAuthorizationCodeResponse(as, owner, response, {
        expectedNonce: nonce,
      })
      const resourceServer = await served().provider.registerClient({ grant_types: [], resources: [api], ...alg })
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
    const { as } = served()
    const { jwks, privateKey, decrypt } = await makeDecryptionKey('RSA-OAEP-256')
    const alg = { introspection_signed_response_alg: 'PS256' }
    const input = { ...alg, jwks, introspection_encrypted_response_alg: 'RSA-OAEP-256', grant_types: [] as const }
    const { client_id, client_secret } = await served().provider.registerClient(input)
    const client: oauth.Client = { client_id, ...alg }
    const auth = oauth.ClientSecretBasic(String(client_secret))
    const answer = await oauth.introspectionRequest(as, client, auth, 'made-up', http)
    const options = { [oauth.jweDecrypt]: decrypt }
    expect(await oauth.processIntrospectionResponse(as, client, answer, options)).toEqual({ active: false })
    await oauth.validateApplicationLevelSignature(as, answer, http)
    const config = await configure(served(), client_id, openid.ClientSecretBasic(client_secret), {
      metadata: alg,
      execute: [openid.enableNonRepudiationChecks],
    })
    openid.enableDecryptingResponses(config, undefined, { key: privateKey, kid: 'enc-1' })
    expect(await openid.tokenIntrospection(config, 'made-up')).toEqual({ active: false })
  })
})
