import { altering, type Mutant, mutant } from './mutant.ts'

/** Adapters that split one transaction, so that a failed or losing call leaves writes behind, or that omit a write. */
export const halfWritingAdapters: readonly Mutant[] = [
  mutant('grants.commit', 'takes the records before the transaction', (call, { records }) => {
    return async ({ take = [], ...commit }) => {
      for (const one of take) if (!(await records.take(one))) return 'gone'
      return call(commit)
    }
  }),
  mutant('grants.commit', 'takes all records but the last before the transaction', (call, { records }) => {
    return async ({ take = [], ...commit }) => {
      for (const one of take.slice(0, -1)) if (!(await records.take(one))) return 'gone'
      return call({ ...commit, take: take.slice(-1) })
    }
  }),
  altering('grants.commit', 'takes only the first record', {
    in: ({ take = [], ...commit }) => ({ ...commit, take: take.slice(0, 1) }),
  }),
  mutant(
    'grants.commit',
    'remembers the consent before the transaction',
    (call, { consents }) =>
      async ({ consent, ...commit }) => {
        if (consent) await consents.remember(consent)
        return call(commit)
      },
  ),
  mutant('grants.commit', 'adds the access token before the transaction', (call, { accessTokens }) => {
    return async ({ accessToken, ...commit }) => {
      if (accessToken) await accessTokens.insert(accessToken)
      return call(commit)
    }
  }),
  mutant('grants.commit', 'adds the access token after the transaction', (call, { accessTokens }) => {
    return async ({ accessToken, ...commit }) => {
      const outcome = await call(commit)
      if (outcome === 'won' && accessToken) await accessTokens.insert(accessToken)
      return outcome
    }
  }),
  altering('grants.commit', 'does not take the records', { in: ({ take: _, ...commit }) => commit }),
  ...['consent', 'grant', 'code', 'accessToken', 'refreshToken'].map((part) =>
    altering('grants.commit', `does not write the ${part}`, { in: ({ [part]: _, ...commit }) => commit }),
  ),
  mutant('grants.commit', 'replaces the stored consent', (call, { consents }) => async (commit) => {
    const found = commit.consent && (await consents.find(commit.consent))
    if (found) await consents.delete(found.id)
    return call(commit)
  }),
  mutant('authorizationCodes.redeem', 'adds the access token before the transaction', (call, { accessTokens }) => {
    return async ({ accessToken, ...redemption }) => {
      if (accessToken) await accessTokens.insert(accessToken)
      return call(redemption)
    }
  }),
  mutant('authorizationCodes.redeem', 'consumes the code before the transaction', (call, { accessTokens }) => {
    return async ({ accessToken, ...redemption }) => {
      const outcome = await call(redemption)
      if (outcome === 'won' && accessToken) await accessTokens.insert(accessToken)
      return outcome
    }
  }),
  altering('authorizationCodes.redeem', 'does not store the access token', {
    in: ({ accessToken: _, ...rest }) => rest,
  }),
  altering('authorizationCodes.redeem', 'does not store the refresh token', {
    in: ({ refreshToken: _, ...rest }) => rest,
  }),
  mutant('refreshTokens.rotate', 'adds the access token before the transaction', (call, { accessTokens }) => {
    return async ({ accessToken, ...rotation }) => {
      if (accessToken) await accessTokens.insert(accessToken)
      return call(rotation)
    }
  }),
  mutant(
    'refreshTokens.rotate',
    'marks the token before the transaction',
    (call, { accessTokens }) =>
      async ({ accessToken, ...rotation }) => {
        const answer = await call(rotation)
        if (answer.outcome === 'won' && accessToken) await accessTokens.insert(accessToken)
        return answer
      },
  ),
  altering('refreshTokens.rotate', 'does not store the access token', { in: ({ accessToken: _, ...rest }) => rest }),
  altering('refreshTokens.rotate', 'does not store the sealed successor', {
    in: (rotation) => ({ ...rotation, sealedSuccessor: '' }),
  }),
  altering('refreshTokens.rotate', 'does not store sealedUntil', {
    in: ({ sealedUntil: _, ...rotation }) => rotation,
  }),
  altering('refreshTokens.rotate', 'does not clear the sealed successor of the predecessor', {
    in: ({ predecessorId: _, ...rotation }) => rotation,
  }),
  altering('refreshTokens.rotate', 'clears its own sealed successor', {
    in: (rotation) => ({ ...rotation, predecessorId: rotation.id }),
  }),
  mutant(
    'refreshTokens.rotate',
    'clears the sealed successor before it knows the outcome',
    (call, { purgeExpired }) =>
      async (rotation) => {
        if (rotation.predecessorId !== undefined) await purgeExpired({ now: rotation.now + 31, limit: 9 })
        return call(rotation)
      },
  ),
  mutant(
    'refreshTokens.reuse',
    'adds the access token before the transaction',
    (call, { accessTokens }) =>
      async ({ accessToken, ...query }) => {
        if (accessToken) await accessTokens.insert(accessToken)
        return call(query)
      },
  ),
  mutant(
    'refreshTokens.reuse',
    'counts before the transaction',
    (call, { accessTokens }) =>
      async ({ accessToken, ...query }) => {
        const outcome = await call(query)
        if (outcome === 'won' && accessToken) await accessTokens.insert(accessToken)
        return outcome
      },
  ),
  altering('refreshTokens.reuse', 'does not store the access token', { in: ({ accessToken: _, ...rest }) => rest }),

  mutant('consents.remember', 'replaces the stored consent', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    if (found) await consents.delete(found.id)
    return call(record)
  }),
  ...(['scope', 'resources', 'claims', 'redirectHosts'] as const).map((list) =>
    mutant('consents.remember', `keeps the first ${list}`, (call, { consents }) => async (record) => {
      const found = await consents.find(record)
      return call(found ? { ...record, [list]: found[list] } : record)
    }),
  ),
  mutant('consents.remember', 'keeps the first updatedAt', (call, { consents }) => async (record) => {
    const found = await consents.find(record)
    return call(found ? { ...record, updatedAt: found.updatedAt } : record)
  }),
  altering('consents.remember', 'treats an empty reference as absent', {
    in: (record) => ({ ...record, referenceId: record.referenceId ?? '' }),
  }),
  mutant('consents.replaceScope', 'adds to the scope', (call, { consents }) => async (query) => {
    return call({ ...query, scope: [...((await consents.findById(query.id))?.scope ?? []), ...query.scope] })
  }),
  altering('consents.replaceScope', 'does not replace the claims', { in: ({ claims: _, ...query }) => query }),
  altering('consents.replaceScope', 'removes the claims when the query has none', {
    in: (query) => ({ ...query, claims: query.claims ?? [] }),
  }),
  mutant('consents.replaceScope', 'keeps updatedAt', (call, { consents }) => async (query) => {
    return call({ ...query, now: (await consents.findById(query.id))?.updatedAt ?? 0 })
  }),
  mutant('consents.deleteAll', 'deletes the consents of one user only', (call, { consents }) => async (query) => {
    const all = [...(await consents.list({ userId: 'one' })), ...(await consents.list({ userId: 'two' }))]
    await call(query)
    for (const consent of all) if (consent.userId === 'two') await consents.remember(consent)
    return all.filter(({ clientId, userId }) => clientId === query.clientId && userId === 'one').length
  }),

  mutant('clients.markUsed', 'stores the time of the last use', (call, { clients }) => async ({ id, now }) => {
    const found = await clients.find(id)
    if (found?.usedAt === undefined) return call({ id, now })
    await clients.delete(id)
    await clients.insert({ ...found, usedAt: now })
  }),
  mutant('clients.markUsed', 'increments the version', (call, { clients }) => async (query) => {
    const found = await clients.find(query.id)
    await call(query)
    if (found) await clients.replace({ ...found, version: found.version + 1 }, found.version)
  }),
  mutant('clients.markUsed', 'treats a use in second 0 as no use', (call, { clients }) => async ({ id, now }) => {
    const found = await clients.find(id)
    if (found?.usedAt !== 0) return call({ id, now })
    await clients.delete(id)
    await clients.insert({ ...found, usedAt: now })
  }),
  mutant('clients.replace', 'writes usedAt', (call, { clients }) => async (record, version) => {
    const outcome = await call(record, version)
    if (outcome === 'won' && record.usedAt !== undefined) await clients.markUsed({ id: record.id, now: record.usedAt })
    return outcome
  }),
  mutant(
    'clients.replace',
    'keeps stored members that the new record lacks',
    (call, { clients }) =>
      async (record, version) => {
        return call({ ...(await clients.find(record.id)), ...record }, version)
      },
  ),
  mutant(
    'records.replace',
    'keeps stored members that the new record lacks',
    (call, { records }) =>
      async (record, version) => {
        return call({ ...(await records.find(record)), ...record }, version)
      },
  ),
]
