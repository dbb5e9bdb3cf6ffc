import { expect, test } from 'vitest'
import { getTokens, post, postAs, registerConfidential, registerPublic } from '../support/client.ts'
import { createWorld } from '../support/world.ts'

const path = '/oauth2/introspect'

test('introspection answers nothing about a token without authentication, to a public client, or to a stranger (E05)', async () => {
  const world = createWorld()
  const owner = await registerConfidential(world)
  const { access_token, refresh_token } = await getTokens(world, owner)
  const stranger = await registerConfidential(world)
  const publicClient = await registerPublic(world)
  for (const token of [access_token, refresh_token]) {
    const anonymous = await post(world, path, { token })
    expect([anonymous.status, anonymous.body.error]).toEqual([401, 'invalid_client'])
    const open = await postAs(world, publicClient, path, { token })
    expect([open.status, open.body.error]).toEqual([401, 'invalid_client'])
    const foreign = await postAs(world, stranger, path, { token })
    expect([foreign.status, foreign.body]).toEqual([200, { active: false }])
    expect((await postAs(world, owner, path, { token })).body.active).toBe(true)
  }
})

test('an audience that nobody registered is invalid_target and in no token (E06)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  const form = { grant_type: 'client_credentials', resource: 'https://evil.example' }
  const answer = await postAs(world, client, '/oauth2/token', form)
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_target'])
  expect(answer.body).not.toHaveProperty('access_token')
})
