import { type Feature, OAuthError } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { expect, test } from 'vitest'
import { answerDevice, deviceGrantType, devicePath } from '../../support/device-authorization.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { clientOf, fapiClient, fapiWorld, plainWorld, tokenAs } from '../../support/fapi2.ts'

// A client that must push, or sign, its authorization requests has no way round by a grant type with requests of its own.

const device = () => deviceAuthorization({ verificationUri: '/device' })
const input = { grant_types: ['authorization_code', 'refresh_token', deviceGrantType] as const }
const form = { scope: 'openid email offline_access' }
const collect = (deviceCode: string) => ({ grant_type: deviceGrantType, device_code: deviceCode })

test('a client with a FAPI profile is not registered for device authorization, and the error says what to leave out (V01)', async () => {
  const world = fapiWorld({}, { features: [device()] })
  await expect(fapiClient(world, input)).rejects.toThrow(`leave ${deviceGrantType} out of grant_types`)
})

test('a client from before the profile can neither ask for codes nor collect tokens that its user has approved (V01)', async () => {
  const before = plainWorld({ features: [device()] })
  const old = await fapiClient(before, input)
  const { body } = await old.post(devicePath, form, { proof: undefined })
  await answerDevice(before, body)
  const world = fapiWorld({}, { beside: before, storage: before.storage, features: [device()] })
  const client = clientOf(world, old.registered, old.key)
  expectJsonError(await client.post(devicePath, form, { proof: undefined }), 400, 'unauthorized_client')
  expectJsonError(await tokenAs(client, collect(body.device_code)), 400, 'unauthorized_client')
  // Nothing was used up: where the profile does not hold, the device gets its tokens.
  expect((await tokenAs(old, collect(body.device_code))).status).toBe(200)
})

test('a profile for some clients leaves device authorization to the others (V01)', async () => {
  const world = fapiWorld({ clients: 'chosen' }, { features: [device()] })
  const client = await fapiClient(world, input)
  const { body } = await client.post(devicePath, form, { proof: undefined })
  await answerDevice(world, body)
  expect((await tokenAs(client, collect(body.device_code))).status).toBe(200)
  const chosen = { ...input, security_profile: 'fapi2-security-profile' as const }
  await expect(fapiClient(world, chosen)).rejects.toThrow(`leave ${deviceGrantType} out of grant_types`)
})

test.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
  'the document at %s does not offer device authorization where a profile holds for every client (V01)',
  async (path) => {
    const all = fapiWorld({}, { features: [device()] })
    const { body } = await send(all, all.issuer + path)
    expect(body.device_authorization_endpoint).toBeUndefined()
    expect(body.grant_types_supported).toContain('authorization_code')
    expect(body.grant_types_supported).not.toContain(deviceGrantType)
    const some = fapiWorld({ clients: 'chosen' }, { features: [device()] })
    const { body: open } = await send(some, some.issuer + path)
    expect(open.device_authorization_endpoint).toBeTypeOf('string')
    expect(open.grant_types_supported).toContain(deviceGrantType)
  },
)

test('another grant type with requests of its own is refused as well, until a profile names it (V01)', async () => {
  const name = 'urn:example:ask-by-letter'
  const letters: Feature = {
    name: 'letters',
    start: () => ({
      grantTypes: [
        {
          name,
          ...{ publicClients: false, withoutUser: false, directRequests: 'letter_endpoint' },
          decide: () => Promise.reject(new OAuthError('invalid_grant', 'no letter has arrived')),
        },
      ],
    }),
  }
  const before = plainWorld({ features: [letters] })
  const old = await fapiClient(before, { grant_types: [name as 'authorization_code'] })
  expectJsonError(await tokenAs(old, { grant_type: name }), 400, 'invalid_grant')
  const world = fapiWorld({}, { beside: before, storage: before.storage, features: [letters] })
  const client = clientOf(world, old.registered, old.key)
  expectJsonError(await tokenAs(client, { grant_type: name }), 400, 'unauthorized_client')
})
