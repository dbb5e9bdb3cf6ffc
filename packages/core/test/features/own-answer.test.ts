import { type Feature, OAuthError } from '@oauth/core'
import type { Core, GrantType, Parts } from '@oauth/core/feature'
import { expect, test } from 'vitest'
import { postAs, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const name = 'urn:example:receipt'

function receipts(decide: GrantType['decide']): Feature {
  const grantType: GrantType = { name, publicClients: false, withoutUser: false, decide }
  return { name: 'receipts', start: (): Parts => ({ grantTypes: [grantType] }) }
}

async function askFor(decide: GrantType['decide']) {
  const world = createQuickWorld({ features: [receipts(decide)] })
  const client = await registerConfidential(world, { grant_types: [name as never], redirect_uris: [] })
  return { world, answer: await postAs(world, client, '/oauth2/token', { grant_type: name }) }
}

test('a grant type may answer with something that is no token of this server, and no token is issued', async () => {
  const answer = async () => ({ body: { receipt: '42' }, headers: { 'x-receipt': 'yes' } })
  const { world, answer: response } = await askFor(async () => ({ answer }))
  expect([response.status, response.body, response.headers.get('x-receipt')]).toEqual([200, { receipt: '42' }, 'yes'])
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(world.events.map(({ type }) => type)).not.toContain('tokens.issued')
})

test('an answer of a grant type that fails is a fault of the server', async () => {
  const answer = () => Promise.reject(new Error('no paper'))
  expectJsonError((await askFor(async () => ({ answer }))).answer, 500, 'server_error')
})

test('an error may have further members, which cannot replace its code', async () => {
  const members = { max_age: 60, error: 'none', error_description: 'none' }
  const { answer } = await askFor(() => Promise.reject(new OAuthError('invalid_grant', 'too old', { members })))
  expectJsonError(answer, 400, 'invalid_grant')
  expect(answer.body).toEqual({ max_age: 60, error: 'invalid_grant', error_description: 'too old' })
})

test('knownWithdrawals leaves out what was withdrawn at a time or later, for approvals that are older than the request', async () => {
  let core: Core | undefined
  const world = createQuickWorld({
    features: [
      {
        name: 'witness',
        start: (given) => {
          core = given
          return {}
        },
      },
    ],
  })
  const { client_id } = await registerConfidential(world)
  const client = await core?.clients.find(client_id)
  if (core === undefined || client === undefined) throw new Error('no client')
  await world.provider.revokeUserGrants(alice.id)
  const now = world.clock.now()
  expect(await core.knownWithdrawals(client, alice.id)).toHaveLength(1)
  expect(await core.knownWithdrawals(client, alice.id, now + 1)).toHaveLength(1)
  expect(await core.knownWithdrawals(client, alice.id, now)).toEqual([])
})
