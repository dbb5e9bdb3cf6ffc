import { expect, test } from 'vitest'
import { send } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { issuer } from '../support/world.ts'

const members = {
  redirect_uris: ['https://app.example.com/callback'],
  token_endpoint_auth_method: 'none',
  client_name: 'Notes',
  logo_uri: 'https://app.example.com/logo.png',
  client_uri: 'https://app.example.com/',
  policy_uri: 'https://app.example.com/policy',
  tos_uri: 'https://app.example.com/terms',
  default_max_age: 3600,
  require_auth_time: true,
  default_acr_values: ['urn:example:gold', 'urn:example:silver'],
  id_token_signed_response_alg: 'ES256',
}

function json(method: string, body: object, headers: Record<string, string> = {}): RequestInit {
  return { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

async function register(body: object) {
  const world = createQuickWorld({
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
  })
  return { world, answer: await send(world, `${issuer}/oauth2/register`, json('POST', body)) }
}

test('a client registers what OpenID Connect Registration section 2 has, is told so, and reads, replaces and deletes it', async () => {
  const { world, answer } = await register(members)
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject(members)
  const { registration_client_uri: uri, registration_access_token: token, client_id } = answer.body
  const read = await send(world, uri, { headers: { authorization: `Bearer ${token}` } })
  expect([read.status, read.body]).toEqual([200, expect.objectContaining(members)])
  const own = read.body.registration_access_token ?? token
  const { default_max_age: _, ...fewer } = members
  const replaced = await send(
    world,
    uri,
    json('PUT', { ...fewer, require_auth_time: false, client_id }, { authorization: `Bearer ${own}` }),
  )
  expect(replaced.status).toBe(200)
  expect(replaced.body).toMatchObject({ require_auth_time: false, default_acr_values: members.default_acr_values })
  expect(replaced.body).not.toHaveProperty('default_max_age')
  const authorization = `Bearer ${replaced.body.registration_access_token}`
  expect((await send(world, uri, { method: 'DELETE', headers: { authorization } })).status).toBe(204)
})

test('members in other languages, null members and unknown ones are ignored, and the answer says so', async () => {
  const { answer } = await register({
    ...members,
    'client_name#ja': 'ノート',
    'tos_uri#de': 'https://app.example.com/agb',
    default_max_age: null,
    request_object_signing_alg: 'none',
  })
  expect(answer.status).toBe(201)
  expect(answer.body.client_name).toBe('Notes')
  for (const name of ['client_name#ja', 'tos_uri#de', 'default_max_age', 'request_object_signing_alg']) {
    expect(answer.body).not.toHaveProperty([name])
  }
})

test.each([
  ['default_max_age', '3600'],
  ['default_max_age', -1],
  ['default_max_age', 1e20],
  ['require_auth_time', 'yes'],
  ['default_acr_values', 'urn:example:gold'],
  ['default_acr_values', ['a\u0000']],
  ['logo_uri', 'javascript:alert(1)'],
])('%s: %j is 400 invalid_client_metadata', async (member, value) => {
  const { answer } = await register({ ...members, [member]: value })
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_client_metadata'])
})
