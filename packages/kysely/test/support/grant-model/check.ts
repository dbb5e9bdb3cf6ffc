import { idOf } from '../../../../core/test/support/tokens.ts'
import { isActive, liveGrants, type Model, pair } from './model.ts'
import { clientNames, idOfUser, type Servers } from './servers.ts'

/**
 * Reads everything that the model knows from the storage and from the servers, and returns the first difference. It
 * changes nothing.
 */
export async function difference(servers: Servers, model: Model): Promise<string | undefined> {
  const { storage, provider } = servers.processes[0] as (typeof servers.processes)[number]
  const [, other] = servers.processes
  const unlike = (what: string, expected: unknown, found: unknown): string | undefined =>
    Object.is(expected, found) ? undefined : `${what}: the model says ${expected}, the storage ${found}`

  for (const [id, state] of Object.entries(model.grants)) {
    const found = await storage.grants.find(id)
    const expected = state.purged ? undefined : state.ended
    const wrong = unlike(`whether the grant ${id} has ended`, expected, found && found.revokedAt !== undefined)
    if (wrong !== undefined) return wrong
  }
  for (const [text, state] of Object.entries(model.codes)) {
    const found = await storage.authorizationCodes.find(idOf(text))
    const expected = state.purged ? undefined : state.used
    const wrong = unlike(`whether the code ${text} is used`, expected, found && found.code.consumedAt !== undefined)
    if (wrong !== undefined) return wrong
  }
  for (const [text, state] of Object.entries(model.refreshTokens)) {
    const found = await storage.refreshTokens.find(idOf(text))
    const expected = state.purged ? undefined : `${state.rotatedAt} ${state.expiresAt}`
    const wrong = unlike(
      `when the refresh token ${text} was rotated and expires`,
      expected,
      found && `${found.token.rotatedAt} ${found.token.expiresAt}`,
    )
    if (wrong !== undefined) return wrong
  }
  for (const text of Object.keys(model.accessTokens)) {
    const verified = await (other?.provider ?? provider).verifyAccessToken(text)
    const wrong = unlike(`whether the access token ${text} is active`, isActive(model, text), verified !== undefined)
    if (wrong !== undefined) return wrong
  }
  for (const user of Object.keys(model.users)) {
    const grants = (await provider.listGrants(idOfUser(user))).map(({ id }) => id).sort()
    const expected = [...liveGrants(model, (grant) => grant.user === user)].sort()
    const consents = await provider.listConsents(idOfUser(user))
    const wrong = unlike(`the live grants of ${user}`, expected.join(' '), grants.join(' '))
    if (wrong !== undefined) return wrong
    for (const client of clientNames) {
      const found = consents.find(({ clientId }) => clientId === client)?.scope
      const known = model.consents[pair(user, client)]
      const sorted = (scope: readonly string[] | undefined) => scope && [...scope].sort().join(' ')
      const differs = unlike(`the consent of ${user} for ${client}`, sorted(known), sorted(found))
      if (differs !== undefined) return differs
    }
  }
  return undefined
}
