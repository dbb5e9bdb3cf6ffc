import type { GrantCommit } from '../../src/storage/grant-store.ts'
import type { RecordKey } from '../../src/storage/record.ts'
import { gap, type Mutant, mutant, sharing } from './mutant.ts'

type Row = { readonly id: string }
const byId = (row: Row) => row.id
const byKey = ({ kind, id }: RecordKey) => `${kind} ${id}`

/** Adapters in which several concurrent callers win, or one caller undoes the write of another. */
export const racyAdapters: readonly Mutant[] = [
  sharing('clients.insert', byId),
  sharing('clients.replace', byId),
  sharing('clients.delete', (id: string) => id),
  sharing('records.insert', byKey),
  sharing('records.replace', byKey),
  sharing('records.take', byKey),
  sharing('consents.delete', (id: string) => id),
  sharing('grants.revoke', byId),
  sharing('grants.commit', ({ take: [first] = [] }: GrantCommit) => first?.id ?? Symbol()),
  sharing('grants.commit', ({ code }: GrantCommit) => code?.id ?? Symbol()),
  sharing('grants.commit', ({ refreshToken }: GrantCommit) => refreshToken?.id ?? Symbol()),
  sharing('authorizationCodes.redeem', byId),
  sharing('accessTokens.insert', byId),
  sharing('refreshTokens.rotate', byId),
  sharing('refreshTokens.reuse', byId),
  sharing('signingKeys.insert', byId),
  sharing(
    'signingKeys.insert',
    (key: { algorithm: string; generation: number }) => `${key.algorithm} ${key.generation}`,
  ),

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
  mutant(
    'records.replace',
    'restores a record that was taken meanwhile',
    (call, { records }) =>
      async (record, version) => {
        const found = await records.find(record)
        await gap()
        if (found?.version === version && !(await records.find(record))) {
          await records.insert(record)
          return 'won'
        }
        return call(record, version)
      },
  ),
  mutant('consents.remember', 'loses scopes that were added meanwhile', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    await gap()
    if (!found) return call(record)
    await consents.delete(found.id)
    await call(found)
    await call(record)
  }),
  mutant(
    'consents.remember',
    'fails for the second of two callers who insert the consent',
    (call, { consents }) =>
      async (record) => {
        const found = await consents.find(record)
        await gap()
        if (!found && (await consents.find(record))) throw new Error('unique index')
        return call(record)
      },
  ),
  mutant('consents.remember', 'undoes a scope that was replaced meanwhile', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    await gap()
    return call(found ? { ...record, scope: [...found.scope, ...record.scope] } : record)
  }),
  mutant('consents.replaceScope', 'writes scope and time in two writes', (call, { consents }) => async (query) => {
    const { updatedAt = 0 } = (await consents.findById(query.id)) ?? {}
    await call({ ...query, now: updatedAt })
    await new Promise((resolve) => setTimeout(resolve, 50 - (query.now % 50)))
    const { scope = query.scope } = (await consents.findById(query.id)) ?? {}
    return call({ ...query, scope })
  }),
  mutant('consents.deleteAll', 'counts before it deletes', (call, { consents }) => async (query) => {
    const users = ['one', 'two', 'three', 'user']
    const lists = await Promise.all(users.map((userId) => consents.list({ userId })))
    await gap()
    await call(query)
    return lists.flat().filter(({ clientId }) => clientId === query.clientId).length
  }),
  mutant('grants.commit', 'loses consents that were stored meanwhile', (call, { consents }) => {
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
  mutant(
    'grants.revoke',
    'reads the grant first, and overwrites the time of the revocation',
    (call, { grants }) =>
      async (query) => {
        const found = await grants.find(query.id)
        await gap()
        await call(query)
        return found !== undefined && found.revokedAt === undefined
      },
  ),
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
  mutant('records.insert', "answers 'won' whenever the record exists afterwards", (call) => async (record) => {
    await gap()
    await call(record)
    return 'won'
  }),
  mutant('records.replace', 'checks the version before it writes', (call, { records }) => async (record, version) => {
    const found = await records.find(record)
    await gap()
    if (found?.version !== version) return 'conflict'
    return call(record, (await records.find(record))?.version ?? version)
  }),
  mutant('records.take', 'answers true to every caller who found the record', (call, { records }) => async (take) => {
    const found = await records.find(take)
    await gap()
    await call(take)
    return found !== undefined && (take.version === undefined || take.version === found.version)
  }),
  mutant('records.take', 'checks the version before it writes', (call, { records }) => async ({ version, ...key }) => {
    const found = await records.find(key)
    await gap()
    return version === undefined || found?.version === version ? call(key) : false
  }),
  mutant(
    'grants.commit',
    'checks the version before it writes',
    (call, { records }) =>
      async ({ take = [], ...commit }) => {
        for (const { version, ...key } of take) {
          const found = await records.find(key)
          if (found === undefined || (version !== undefined && found.version !== version)) return 'gone'
        }
        await gap()
        return call({ ...commit, take: take.map(({ kind, id }: RecordKey) => ({ kind, id })) })
      },
  ),
  mutant('records.deleteAll', 'counts before it deletes', (call, { records }) => async (query) => {
    const ids = Array.from({ length: 20 }, (_, row) => ({ kind: 'kind', id: `r${row}` }))
    const found = await Promise.all(ids.map((key) => records.find(key)))
    await gap()
    const deleted = await call(query)
    const { clientId, userId } = query
    const counted = found.filter((one) => one && (clientId ? one.clientId === clientId : one.userId === userId)).length
    return found.every((one) => one === undefined) ? deleted : counted
  }),
  mutant('purgeExpired', 'counts rows that another caller removed', (call) => {
    let most = 0
    return async (query) => {
      const removed = await call(query)
      most = Math.max(most, removed)
      return query.limit === 5 || query.limit === 3 ? most : removed
    }
  }),
  mutant('purgeExpired', 'deletes a record that was replaced meanwhile', (call, { records }) => async (query) => {
    const listed = await records.list({ kind: 'kind', ownerId: 'owner', limit: 100 })
    const expired = listed.filter(({ expiresAt }) => expiresAt < query.now)
    await gap()
    for (const { kind, id } of expired.slice(0, query.limit)) await records.take({ kind, id })
    return call(query)
  }),
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
