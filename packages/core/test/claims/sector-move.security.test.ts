import { expect, test } from 'vitest'
import { alice, createWorld } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters-or-more'

test('the owner of a pairwise client cannot move it into another sector to learn the subjects there (H10)', async () => {
  const world = createWorld({ pairwiseSecret })
  const client = await world.provider.registerClient({
    redirect_uris: ['https://mine.example.com/cb'],
    subject_type: 'pairwise',
    user_id: alice.id,
  })
  const update = (redirectUri: string) =>
    world.provider.fetch(
      new Request(`${world.issuer}/oauth2/update-client`, {
        method: 'POST',
        headers: {
          cookie: `session=${world.signIn(alice)}`,
          origin: new URL(world.issuer).origin,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ client_id: client.client_id, update: { redirect_uris: [redirectUri] } }),
      }),
    )

  const moved = await update('https://victim.example.com/cb')
  expect(moved.status).toBe(400)
  expect(await moved.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
  expect((await world.provider.getClient(client.client_id))?.metadata.redirect_uris).toEqual([
    'https://mine.example.com/cb',
  ])
  expect((await update('https://mine.example.com/other')).status).toBe(200)
})
