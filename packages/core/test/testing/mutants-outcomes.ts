import type { Storage } from '../../src/storage/storage.ts'
import { altering, type Mutant, misnaming, mutant, withVerb } from './mutant.ts'

/** A storage in which the verbs that read know of revocations, and the verbs that write do not. */
function blindToRevocations(storage: Storage): Storage {
  const revoked = new Map<string, number>()
  const overlaid = (verb: string, broken: Storage): Storage =>
    altering(verb, '', {
      out: (found) => {
        const revokedAt = revoked.get(found.grant?.id)
        return revokedAt === undefined ? found : { ...found, grant: { ...found.grant, revokedAt } }
      },
    }).mutate(broken)
  let broken = storage
  for (const verb of ['accessTokens.find', 'accessTokens.findJwt', 'authorizationCodes.find', 'refreshTokens.find']) {
    broken = overlaid(verb, broken)
  }
  broken = withVerb(broken, 'grants.find', async (id: string) => {
    const grant = await storage.grants.find(id)
    const revokedAt = revoked.get(id)
    return grant && revokedAt !== undefined ? { ...grant, revokedAt } : grant
  })
  return withVerb(broken, 'grants.revoke', async ({ id, now }: { id: string; now: number }) => {
    if (revoked.has(id) || !(await storage.grants.find(id))) return false
    revoked.set(id, now)
    return true
  })
}

const dead = { outcome: 'dead' }

/** Adapters that answer a wrong outcome, or that omit a condition. */
export const misspeakingAdapters: readonly Mutant[] = [
  misnaming('clients.insert', 'exists', 'won'),
  misnaming('clients.insert', 'exists', 'conflict'),
  misnaming('clients.replace', 'conflict', 'won'),
  misnaming('clients.delete', false, true),
  misnaming('clients.delete', true, 1),
  misnaming('records.insert', 'exists', 'won'),
  misnaming('records.replace', 'conflict', 'won'),
  misnaming('records.take', false, true),
  misnaming('records.take', true, 1),
  misnaming('consents.replaceScope', false, true),
  misnaming('consents.delete', false, true),
  misnaming('grants.revoke', false, true),
  misnaming('grants.commit', 'gone', 'won'),
  misnaming('authorizationCodes.redeem', 'replayed', 'dead'),
  misnaming('authorizationCodes.redeem', 'dead', 'replayed'),
  misnaming('refreshTokens.reuse', 'exhausted', 'won'),
  misnaming('signingKeys.insert', 'exists', 'won'),
  misnaming('clients.find', undefined, null),
  misnaming('records.find', undefined, null),
  misnaming('refreshTokens.find', undefined, null),

  altering('refreshTokens.rotate', "answers 'dead' for a rotated token", {
    out: (answer) => (answer.outcome === 'rotated' ? dead : answer),
  }),
  altering('refreshTokens.rotate', "answers 'rotated' without the stored token", {
    out: (answer) => (answer.outcome === 'rotated' ? { outcome: 'rotated' } : answer),
  }),
  altering('refreshTokens.rotate', 'answers its own sealed successor instead of the stored one', {
    out: (answer) =>
      answer.outcome === 'rotated' ? { ...answer, token: { ...answer.token, sealedSuccessor: 'other' } } : answer,
  }),
  altering('refreshTokens.rotate', "adds a member to the answer 'won'", {
    out: (answer) => (answer.outcome === 'won' ? { outcome: 'won', token: undefined } : answer),
  }),

  { verb: 'authorizationCodes.redeem', fault: 'ignores a revoked grant', mutate: blindToRevocations },
  { verb: 'refreshTokens.rotate', fault: 'ignores a revoked grant', mutate: blindToRevocations },
  mutant(
    'authorizationCodes.redeem',
    "answers 'dead' instead of 'replayed' under a revoked grant",
    (call, { authorizationCodes }) => {
      return async (redemption) => {
        const found = await authorizationCodes.find(redemption.id)
        return found?.grant.revokedAt === undefined ? call(redemption) : 'dead'
      }
    },
  ),
  mutant('authorizationCodes.redeem', 'refuses an expired code by its own clock', (call, { authorizationCodes }) => {
    return async (redemption) => {
      const found = await authorizationCodes.find(redemption.id)
      return found && found.code.expiresAt < redemption.now ? 'dead' : call(redemption)
    }
  }),
  mutant('refreshTokens.reuse', 'counts a token that was never rotated', (call, { refreshTokens }) => async (query) => {
    const found = await refreshTokens.find(query.id)
    return found && found.token.rotatedAt === undefined ? 'won' : call(query)
  }),
  altering('refreshTokens.reuse', 'allows one reuse too many', {
    in: (query) => ({ ...query, limit: query.limit + 1 }),
  }),
  altering('refreshTokens.reuse', 'allows one reuse too few', {
    in: (query) => ({ ...query, limit: query.limit - 1 }),
  }),
  mutant('clients.replace', 'ignores the version', (call, { clients }) => async (record) => {
    return call(record, (await clients.find(record.id))?.version ?? 1)
  }),
  mutant(
    'records.replace',
    'accepts any stored version up to the expected one',
    (call, { records }) =>
      async (record, version) => {
        const stored = (await records.find(record))?.version ?? 0
        return call(record, Math.max(stored, version))
      },
  ),
  mutant('records.replace', 'adds a record that does not exist', (call, { records }) => async (record, version) => {
    return (await records.find(record)) ? call(record, version) : records.insert(record)
  }),
  altering('records.take', 'ignores the version', { in: ({ version: _, ...key }) => key }),
  mutant('records.take', 'takes any stored version up to the given one', (call, { records }) => async (take) => {
    const stored = (await records.find(take))?.version ?? 0
    return call(take.version === undefined ? take : { ...take, version: Math.min(stored, take.version) })
  }),
  altering('grants.commit', 'ignores the version of the records that it takes', {
    in: ({ take, ...commit }) => ({
      ...commit,
      take: take?.map(({ version: _, ...key }: { version?: number }) => key),
    }),
  }),
  altering('records.deleteAll', 'ignores the kind', { in: ({ kind: _, ...query }) => query }),
  mutant(
    'records.deleteAll',
    'matches any member of the query instead of all',
    (call) =>
      async ({ kind, clientId, userId }) => {
        if (clientId === undefined || userId === undefined) return call({ kind, clientId, userId })
        return (await call({ kind, clientId })) + (await call({ kind, userId }))
      },
  ),
  mutant(
    'records.deleteAll',
    'deletes everything when the query has neither client nor user',
    (call, { records }) =>
      async (query) => {
        return (query.clientId ?? query.userId) ? call(query) : records.deleteAll({ ...query, clientId: 'client' })
      },
  ),
  altering('records.deleteAll', 'answers undefined instead of a count', { out: () => undefined }),
  altering('records.findMany', 'answers only the first record', { out: (found) => found.slice(0, 1) }),
  altering('records.findMany', 'answers undefined for a record that does not exist', {
    out: (found) => (found.length === 0 ? [undefined] : found),
  }),
  altering('records.findMany', 'finds at most five records', {
    in: (query) => ({ ...query, ids: query.ids.slice(0, 5) }),
  }),
  mutant('records.findMany', 'ignores the kind', (call) => async (query) => {
    return [...(await call(query)), ...(await call({ ...query, kind: 'other' }))]
  }),
  mutant('clients.replace', 'adds a client that does not exist', (call, { clients }) => async (record, version) => {
    return (await clients.find(record.id)) ? call(record, version) : clients.insert(record)
  }),
  mutant('signingKeys.insert', 'replaces the key of a generation', (call, { signingKeys }) => async (record) => {
    for (const key of await signingKeys.list()) if (key.id === record.id) await signingKeys.delete(key.id)
    return call(record)
  }),
  mutant('signingKeys.insert', 'checks only the id, not the generation', (call) => {
    let made = 0
    return async (record) => {
      made += 1
      const answer = await call(record)
      return answer === 'exists' && made > 0 && record.id === 'other' ? 'won' : answer
    }
  }),
  mutant('accessTokens.insert', 'overwrites the stored row', (call, { accessTokens }) => async (record) => {
    await accessTokens.delete(record.id)
    return call(record)
  }),
  mutant('records.insert', 'overwrites the stored row', (call, { records }) => async (record) => {
    await records.take({ kind: record.kind, id: record.id })
    return call(record)
  }),
  mutant(
    'accessTokens.revokeJwt',
    'fails for a JWT that is already revoked',
    (call, { accessTokens }) =>
      async (query) => {
        if ((await accessTokens.findJwt({ jti: query.jti })).revoked) throw new Error('unique index')
        return call(query)
      },
  ),
  mutant('accessTokens.delete', 'fails for an unknown id', (call, { accessTokens }) => async (id) => {
    if (!(await accessTokens.find(id))) throw new Error('not found')
    return call(id)
  }),
  mutant(
    'grants.revokeAll',
    'ends everything when the query has no user, client and session',
    (call, { grants }) =>
      async (query) => {
        if (query.userId ?? query.clientId ?? query.sessionId) return call(query)
        return grants.revokeAll({ userId: 'user', now: query.now })
      },
  ),
  mutant(
    'grants.revokeAll',
    'matches any member of the query instead of all',
    (call) =>
      async ({ now, offline, ...members }) => {
        const ended = [0]
        for (const [name, value] of Object.entries(members)) ended.push(await call({ [name]: value, offline, now }))
        return ended.length === 1 ? call({ now, offline }) : ended.reduce((sum, one) => sum + one)
      },
  ),
  altering('grants.revokeAll', 'ends grants for offline access that it should spare', {
    in: ({ offline: _, ...query }) => query,
  }),
  altering('grants.revokeAll', 'ends grants that have expired', { in: (query) => ({ ...query, now: 1 }) }),
  altering('grants.list', 'lists grants that end in this second', {
    in: (query) => ({ ...query, now: query.now - 1 }),
  }),
  altering('grants.list', 'lists grants that have expired', { in: (query) => ({ ...query, now: 0 }) }),
]
