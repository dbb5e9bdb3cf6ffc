import type { AuthorizationCodeRecord } from '../../src/storage/authorization-code.ts'
import { gap, type Mutant, mutant, sharing } from './mutant.ts'

type Row = { readonly id: string }
const byId = (row: Row) => row.id

/** What may happen once, and happens to fifty. */
export const racyAdapters: readonly Mutant[] = [
  sharing('clients.insert', byId),
  sharing('clients.replace', byId),
  sharing('clients.delete', (id: string) => id),
  sharing('interactions.insert', byId),
  sharing('interactions.replace', byId),
  sharing('interactions.take', (id: string) => id),
  sharing('consents.delete', (id: string) => id),
  sharing('grants.revoke', byId),
  sharing('authorizationCodes.issue', ({ interactionId }: { interactionId?: string }) => interactionId ?? Symbol()),
  sharing('authorizationCodes.issue', ({ code }: { code: AuthorizationCodeRecord }) => code.id),
  sharing('authorizationCodes.redeem', byId),
  sharing('accessTokens.insert', byId),
  sharing('refreshTokens.rotate', byId),
  sharing('refreshTokens.reuse', byId),
  sharing('signingKeys.insert', byId),
  sharing(
    'signingKeys.insert',
    (key: { algorithm: string; generation: number }) => `${key.algorithm} ${key.generation}`,
  ),
  sharing('replays.claim', byId),
  sharing('sessionClients.take', (id: string) => id),

  mutant('clients.markUsed', 'reads the client and writes it back later', (_, { clients }) => async ({ id, now }) => {
    const found = await clients.find(id)
    await gap()
    if (!found || found.usedAt !== undefined) return
    await clients.delete(id)
    await clients.insert({ ...found, usedAt: now })
  }),
  mutant('clients.replace', 'deletes, then inserts', (call, { clients }) => async (record, expectedVersion) => {
    const found = await clients.find(record.id)
    await gap()
    if (found?.version !== expectedVersion) return call(record, expectedVersion)
    await clients.delete(record.id)
    return (await clients.insert(record)) === 'won' ? 'won' : 'conflict'
  }),
  mutant('interactions.replace', 'brings back what was taken', (call, { interactions }) => async (record, version) => {
    const found = await interactions.find(record.id)
    await gap()
    if (found?.version === version && !(await interactions.find(record.id))) {
      await interactions.insert(record)
      return 'won'
    }
    return call(record, version)
  }),
  mutant('consents.remember', 'loses what was added meanwhile', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    await gap()
    if (!found) return call(record)
    await consents.delete(found.id)
    await call(found)
    await call(record)
  }),
  mutant('consents.remember', 'fails for the second of two first consents', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    await gap()
    if (!found && (await consents.find(record))) throw new Error('unique index')
    return call(record)
  }),
  mutant('consents.remember', 'undoes a scope that was replaced meanwhile', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    await gap()
    return call(found ? { ...record, scope: [...found.scope, ...record.scope] } : record)
  }),
  mutant(
    'consents.replaceScope',
    'writes scope and time one after the other',
    (call, { consents }) =>
      async (query) => {
        const { updatedAt = 0 } = (await consents.findById(query.id)) ?? {}
        await call({ ...query, now: updatedAt })
        await new Promise((resolve) => setTimeout(resolve, 50 - (query.now % 50)))
        const { scope = query.scope } = (await consents.findById(query.id)) ?? {}
        return call({ ...query, scope })
      },
  ),
  mutant('withdrawals.note', 'fails for the second of two first marks', (call, { withdrawals }) => async (record) => {
    const [known] = await withdrawals.find([record.id])
    await gap()
    if (!known && (await withdrawals.find([record.id])).length > 0) throw new Error('unique index')
    return call(record)
  }),
  mutant('withdrawals.note', 'loses a mark that is purged meanwhile', (call, { withdrawals }) => async (record) => {
    const [known] = await withdrawals.find([record.id])
    await gap()
    if (known && (await withdrawals.find([record.id])).length === 0) return
    return call(record)
  }),
  mutant('consents.deleteAll', 'counts before it deletes', (call, { consents }) => async (query) => {
    const users = ['one', 'two', 'three', 'user']
    const lists = await Promise.all(users.map((userId) => consents.list({ userId })))
    await gap()
    await call(query)
    return lists.flat().filter(({ clientId }) => clientId === query.clientId).length
  }),
  mutant('authorizationCodes.issue', 'loses consents that were remembered meanwhile', (call, { consents }) => {
    return async (issue) => {
      const found = issue.consent && (await consents.find(issue.consent))
      await gap()
      if (found) {
        await consents.delete(found.id)
        await consents.remember(found)
      }
      return call(issue)
    }
  }),
  mutant('grants.revoke', 'asks first, and writes the last time', (call, { grants }) => async (query) => {
    const found = await grants.find(query.id)
    await gap()
    await call(query)
    return found !== undefined && found.revokedAt === undefined
  }),
  mutant('grants.revokeAll', 'counts before it writes', (call, { grants }) => async (query) => {
    const found = query.userId === undefined ? undefined : await grants.list({ userId: query.userId, now: query.now })
    await gap()
    const ended = await call(query)
    return query.clientId === undefined && query.sessionId === undefined ? (found?.length ?? ended) : ended
  }),
  mutant('refreshTokens.reuse', 'reads the count and writes it later', (call, { refreshTokens }) => async (query) => {
    const found = await refreshTokens.find(query.id)
    await gap()
    const spare = found?.token.rotatedAt !== undefined && found.token.reuses < query.limit
    return call(spare ? { ...query, limit: 1000 } : query)
  }),
  mutant('replays.claim', 'inserts what is there, too', (call) => async (claim) => {
    await gap()
    await call(claim)
    return 'won'
  }),
  mutant('sessionClients.note', 'writes the end it was given', (call, { sessionClients }) => async (record) => {
    await gap()
    await sessionClients.take(record.id)
    return call(record)
  }),
  mutant('sessionClients.take', 'is true for whoever found it', (call, { sessionClients }) => async (id) => {
    const sessions = await sessionClients.list(id.split(' ')[0])
    await gap()
    await call(id)
    return sessions.some((one) => one.id === id)
  }),
  mutant('purgeExpired', 'counts what another one removed', (call) => {
    let most = 0
    return async (query) => {
      const removed = await call(query)
      most = Math.max(most, removed)
      return query.limit === 5 || query.limit === 3 ? most : removed
    }
  }),
  mutant(
    'purgeExpired',
    'deletes a record that was noted anew meanwhile',
    (call, { sessionClients }) =>
      async (query) => {
        const expired = (await sessionClients.list('session')).filter(({ expiresAt }) => expiresAt < query.now)
        await gap()
        for (const { id } of expired.slice(0, query.limit)) await sessionClients.take(id)
        return call(query)
      },
  ),
  mutant('purgeExpired', 'deletes a client that was used meanwhile', (call, { clients }) => async (query) => {
    const { unusedClientsBefore: before = 0 } = query
    const unused = (await clients.list({ limit: 100 })).filter((client) => {
      return client.registrationTokenHash !== undefined && client.usedAt === undefined && client.createdAt < before
    })
    await gap()
    let removed = 0
    for (const { id } of unused.slice(0, query.limit)) if (await clients.delete(id)) removed += 1
    return removed + (await call({ ...query, limit: query.limit - removed }))
  }),
]
