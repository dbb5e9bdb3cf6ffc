import { describe, expect, test } from 'vitest'
import { claimsOf, getTokens, postAs, registerConfidential } from '../support/client.ts'
import { afterLogout, createLogoutWorld, isSignedIn, logoutUrl, registerEnding, signInAt } from '../support/logout.ts'
import { createWorld } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters-or-more'
const resource = { resource: 'https://api.example.com' }

test('the session id does not tell two sectors that they have one user (H10)', async () => {
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

describe('a pairwise client that may end sessions', () => {
  test('sees a name of its own for the session, the same everywhere, as every other client does (H10)', async () => {
    const world = createLogoutWorld({ pairwiseSecret })
    const pairwise = { subject_type: 'pairwise', enable_end_session: true } as const
    const first = await registerEnding(world, pairwise)
    const second = await registerEnding(world, pairwise)
    const plain = await registerEnding(world)
    const { browser, idToken } = await signInAt(world, first)
    const again = await signInAt(world, first, { browser })
    const other = await signInAt(world, second, { browser })
    const known = await signInAt(world, plain, { browser })
    const session = browser.cookies.get('session') as string
    const [sid, sidAgain, sidOfOther, sidOfPlain] = [idToken, again.idToken, other.idToken, known.idToken].map(
      (token) => claimsOf(token).sid as string,
    )
    expect(sid).toBe(sidAgain)
    expect(new Set([sid, sidOfOther, sidOfPlain, session]).size).toBe(4)
    expect(sid).not.toContain(session)
    const { body } = await postAs(world, first, '/oauth2/introspect', { token: again.accessToken })
    expect(body.sid).toBe(sid)
    const jwt = await getTokens(world, first, {}, resource)
    expect(claimsOf(jwt.access_token).sid).toBe(claimsOf(jwt.id_token).sid)
  })

  test('a pairwise client that may end sessions ends the session that it names, with or without the browser of it (H10)', async () => {
    for (const inside of [true, false]) {
      const world = createLogoutWorld({ pairwiseSecret })
      const client = await registerEnding(world, { subject_type: 'pairwise' })
      const { browser, idToken } = await signInAt(world, client)
      const url = logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout })
      const response = await (inside ? browser : world.browser()).request(url)
      expect(response.headers.get('location')).toBe(afterLogout)
      expect(isSignedIn(world, browser)).toBe(false)
    }
  })
})
