import { ciba } from '@oauth/core/features/backchannel-authentication'
import { expect, test } from 'vitest'
import { cibaForm, cibaGrantType, cibaPath } from '../../support/ciba.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { clientOf, fapiClient, fapiWorld, plainWorld } from '../../support/fapi2.ts'
import { alice } from '../../support/world.ts'

test('a client from before a FAPI profile that has no back channel does not reach its user any more (C14)', async () => {
  const told: string[] = []
  const feature = () => ciba({ resolveUser: () => alice.id, notifyUser: ({ userId }) => void told.push(userId) })
  const before = plainWorld({ features: [feature()] })
  const old = await fapiClient(before, {
    grant_types: ['authorization_code', 'refresh_token', cibaGrantType],
    backchannel_token_delivery_mode: 'poll',
  })
  const form = cibaForm() as Record<string, string>
  expect((await old.post(cibaPath, form, { proof: undefined })).status).toBe(200)
  const world = fapiWorld({}, { beside: before, storage: before.storage, features: [feature()] })
  const client = clientOf(world, old.registered, old.key)
  expectJsonError(await client.post(cibaPath, form, { proof: undefined }), 400, 'unauthorized_client')
  expect(told).toEqual([alice.id])
})
