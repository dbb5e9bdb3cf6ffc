import type { RegisteredClient } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapiCibaProfile } from '@oauth/core/features/fapi2'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type CibaWorld,
  cibaForm,
  cibaGrantType,
  cibaPath,
  cibaWorld,
  decideCiba,
  registerCiba,
} from '../../support/ciba.ts'
import { type Answer, post } from '../../support/client.ts'
import { assertion, assertionType, type ClientKey, clientKey, signJwt } from '../../support/client-keys.ts'
import { makeProof } from '../../support/dpop.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { createQuickWorld } from '../../support/tokens.ts'

let world: CibaWorld
let client: RegisteredClient
let key: ClientKey
const keyed = { token_endpoint_auth_method: 'private_key_jwt' } as const

beforeEach(async () => {
  world = cibaWorld({}, { features: [privateKeyJwt(), dpop(), fapiCibaProfile()] })
  key = await clientKey()
  const rsa = await clientKey('RS256', 'rsa')
  const jwks = { keys: [{ ...key.publicJwk }, { ...rsa.publicJwk }] }
  client = await registerCiba(world, { ...keyed, jwks, dpop_bound_access_tokens: true })
})

type Loose = Readonly<Record<string, unknown>>

const claims = (changes: Loose = {}): Loose => {
  const now = world.clock.now()
  const jwt = { iss: client.client_id, aud: world.issuer, iat: now, nbf: now, exp: now + 60, jti: 'request-1' }
  return { ...jwt, ...cibaForm({ binding_message: 'Till 4' }), ...changes }
}
const sign = (changes: Loose = {}, signer = key): Promise<string> =>
  signJwt(signer.privateKey, { alg: signer.algorithm, kid: signer.kid }, claims(changes))

async function postAsKeyed(path: string, form: Readonly<Record<string, string>>, proof?: string): Promise<Answer> {
  const client_assertion = await assertion(world, client, key)
  const own = { client_id: client.client_id, client_assertion_type: assertionType, client_assertion }
  return post(world, path, { ...own, ...form }, proof === undefined ? {} : { dpop: proof })
}

describe('a client under FAPI-CIBA', () => {
  test('asks by a signed request with a binding message, and gets tokens that are bound to its key (C14)', async () => {
    const { status, body } = await postAsKeyed(cibaPath, { request: await sign() })
    expect([status, world.told[0]?.bindingMessage]).toEqual([200, 'Till 4'])
    await decideCiba(world)
    const form = { grant_type: cibaGrantType, auth_req_id: body.auth_req_id }
    expectJsonError(await postAsKeyed('/oauth2/token', form), 400, 'invalid_request')
    const tokens = await postAsKeyed('/oauth2/token', form, await makeProof(world))
    expect([tokens.status, tokens.body.token_type]).toEqual([200, 'DPoP'])
  })

  test('is refused an unsigned request, one by RS256, and one by which its user knows nothing (C07, C14)', async () => {
    const plain = cibaForm({ binding_message: 'Till 4' }) as Readonly<Record<string, string>>
    expectJsonError(await postAsKeyed(cibaPath, plain), 400, 'invalid_request')
    const rsa = await clientKey('RS256', 'rsa')
    expectJsonError(await postAsKeyed(cibaPath, { request: await sign({}, rsa) }), 400, 'invalid_request')
    const bare = { request: await sign({ binding_message: undefined }) }
    expectJsonError(await postAsKeyed(cibaPath, bare), 400, 'invalid_request')
    expect(world.told).toEqual([])
  })

  test('authenticates by a key: secrets and public clients are not registered (C14)', async () => {
    await expect(registerCiba(world)).rejects.toThrow('security profile fapi-ciba')
  })

  test('a server says at its start what it lacks, and discovery has no more than the profile allows (C14)', async () => {
    expect(() => createQuickWorld({ features: [fapiCibaProfile()] })).toThrow(
      'fapiCibaProfile: install the feature ciba() from @oauth/core/features/backchannel-authentication; install privateKeyJwt()',
    )
    const { body } = await send(world, `${world.issuer}/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      backchannel_authentication_request_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA', 'Ed25519'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    })
  })

  test('holds for chosen clients alone where the host says so, and a process without it serves them nothing (C14)', async () => {
    const features = [privateKeyJwt(), dpop()]
    world = cibaWorld({}, { features: [...features, fapiCibaProfile({ clients: 'chosen' })] })
    const jwks = { keys: [{ ...key.publicJwk }] }
    const free = await registerCiba(world, { ...keyed, jwks })
    client = await registerCiba(world, {
      ...keyed,
      jwks,
      dpop_bound_access_tokens: true,
      security_profile: 'fapi-ciba',
    })
    const plain = cibaForm() as Readonly<Record<string, string>>
    expectJsonError(await postAsKeyed(cibaPath, plain), 400, 'invalid_request')
    const request = await sign()
    expect((await postAsKeyed(cibaPath, { request })).status).toBe(200)
    const without = cibaWorld({}, { features, storage: world.storage, beside: world })
    world = without
    const refused = await postAsKeyed(cibaPath, { request: await sign({ jti: 'request-2' }) })
    expect([refused.status >= 400, refused.status < 500]).toEqual([true, true])
    client = free
    expect((await postAsKeyed(cibaPath, plain)).status).toBe(200)
  })
})
