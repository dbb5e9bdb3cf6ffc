import { expect, test } from 'vitest'
import { claimsOf, getTokens, postAs, registerConfidential } from '../support/client.ts'
import { createWorld } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters-or-more'
const resource = { resource: 'https://api.example.com' }

test('H10 the session id does not tell two sectors that they have one user', async () => {
  const world = createWorld({ pairwiseSecret })
  const client = await registerConfidential(world, { subject_type: 'pairwise' })
  const jwt = await getTokens(world, client, {}, resource)
  expect(claimsOf(jwt.access_token)).not.toHaveProperty('sid')
  expect(claimsOf(jwt.id_token)).not.toHaveProperty('sid')
  const opaque = await getTokens(world, client)
  for (const token of [opaque.access_token, opaque.refresh_token, jwt.access_token]) {
    const { body } = await postAs(world, client, '/oauth2/introspect', { token })
    expect(body.active).toBe(true)
    expect(body).not.toHaveProperty('sid')
  }
})

test('H10 a pairwise client that may end sessions needs the id, and others see it as ever', async () => {
  const world = createWorld({ pairwiseSecret })
  for (const metadata of [{ subject_type: 'pairwise', enable_end_session: true }, {}] as const) {
    const tokens = await getTokens(world, await registerConfidential(world, metadata), {}, resource)
    expect(claimsOf(tokens.access_token).sid).toMatch(/^session-/)
  }
})
