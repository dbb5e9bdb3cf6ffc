import { expect, test } from 'vitest'
import { codeOf, fapiClient, fapiWorld, tokenAs } from '../../support/fapi2.ts'

test('a client that does what the profile demands signs a user in and gets bound tokens (F01, F02, F07)', async () => {
  const world = fapiWorld()
  const client = await fapiClient(world)
  const { form } = await codeOf(client)
  const { status, body } = await tokenAs(client, form)
  expect([status, body.token_type]).toEqual([200, 'DPoP'])
})
