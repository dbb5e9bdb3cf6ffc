import type { ClientInput, RegisteredClient } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { expect, test } from 'vitest'
import { type CibaWorld, cibaForm, cibaGrantType, cibaPath, cibaWorld, decideCiba } from '../../support/ciba.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  attestationFeature,
  type Changes,
  dpopMethod,
  otherPhone,
  postAttested,
  postCombined,
  registerAttested,
} from '../attestation-based-client-auth-draft-10/attestation.ts'

type Post = (form: Record<string, string>, changes?: Changes) => ReturnType<typeof postAttested>

const registerIn = (world: CibaWorld, method?: ClientInput['token_endpoint_auth_method']): Promise<RegisteredClient> =>
  registerAttested(world, {
    redirect_uris: [],
    grant_types: [cibaGrantType, 'refresh_token'],
    backchannel_token_delivery_mode: 'poll',
    ...(method !== undefined && { token_endpoint_auth_method: method }),
  })

/** Asks, has Alice approve, and returns how to collect. */
async function approved(world: CibaWorld, send: Post) {
  const asked = await send(cibaForm() as Record<string, string>, { path: cibaPath })
  expect(asked).toMatchObject({ status: 200 })
  expect(await decideCiba(world)).toBe('decided')
  const form = { grant_type: cibaGrantType, auth_req_id: asked.body.auth_req_id as string }
  return (changes?: Changes) => send(form, changes)
}

test('a stolen auth_req_id is worth nothing to another instance of an attested client, which does not use it up (C06)', async () => {
  const world = cibaWorld({}, { features: [await attestationFeature()] })
  const client = await registerIn(world)
  const collect = await approved(world, (form, changes) => postAttested(world, client, form, changes))
  expectJsonError(await collect({ key: await otherPhone() }), 400, 'invalid_grant')
  expect((await collect()).status).toBe(200)
})

test('one DPoP proof authenticates an attested client at the back channel, and binds the request to its key (C02, C06)', async () => {
  const world = cibaWorld({}, { features: [dpop(), await attestationFeature({ dpopCombinedMode: true })] })
  const client = await registerIn(world, dpopMethod)
  const collect = await approved(world, (form, changes) => postCombined(world, client, form, changes))
  expectJsonError(await collect({ key: await otherPhone() }), 400, 'invalid_grant')
  const { status, body } = await collect()
  expect([status, body.token_type]).toEqual([200, 'DPoP'])
})
