import { altering, type Call, type Mutant, mutant } from './mutant.ts'

/** Optional members of records: the verb that writes the record, the member of its argument, and the optional members. */
const optional: readonly (readonly [string, string | undefined, readonly string[]])[] = [
  ['clients.insert', undefined, ['machineScope', 'userId', 'referenceId', 'registrationTokenHash', 'usedAt']],
  ['records.insert', undefined, ['ownerId', 'clientId', 'userId']],
  ['records.replace', undefined, ['ownerId', 'clientId', 'userId']],
  ['consents.remember', undefined, ['referenceId']],
  ['accessTokens.insert', undefined, ['grantId', 'extra']],
  ['grants.commit', 'grant', ['sessionId', 'authTime', 'acr', 'amr', 'referenceId', 'claims', 'extra', 'revokedAt']],
  ['grants.commit', 'code', ['codeChallenge', 'nonce', 'extra', 'consumedAt']],
  ['grants.commit', 'accessToken', ['grantId', 'extra']],
  ['grants.commit', 'refreshToken', ['extra']],
  ['authorizationCodes.redeem', 'accessToken', ['grantId', 'extra']],
  [
    'authorizationCodes.redeem',
    'refreshToken',
    ['rotatedAt', 'successorId', 'predecessorId', 'sealedSuccessor', 'sealedUntil', 'extra'],
  ],
  ['refreshTokens.rotate', 'successor', ['extra']],
  ['refreshTokens.rotate', 'accessToken', ['grantId', 'extra']],
]

function atRecord(part: string | undefined, change: Call): Call {
  return (input) => (part === undefined ? change(input) : { ...input, [part]: input[part] && change(input[part]) })
}

const without =
  (member: string): Call =>
  ({ [member]: _, ...record }) =>
    record

const map = (change: (value: unknown) => unknown): Call => {
  return (record) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

const empties = (value: unknown) =>
  value === '' || value === 0 || (Array.isArray(value) && !value.length) ? undefined : value
const narrow = (value: unknown) => (typeof value === 'number' ? value | 0 : value)

/** Adapters that lose or change members of a record, its order or its limit. */
export const lossyAdapters: readonly Mutant[] = [
  ...optional.flatMap(([verb, part, members]) => [
    ...members.map((member) =>
      altering(verb, `loses ${part ?? 'the record'}.${member}`, { in: atRecord(part, without(member)) }),
    ),
    altering(verb, `keeps numbers of ${part ?? 'the record'} in 32 bits`, { in: atRecord(part, map(narrow)) }),
    altering(verb, `answers null for absent members of ${part ?? 'the record'}`, {
      in: atRecord(part, (record) => ({ ...Object.fromEntries(members.map((member) => [member, null])), ...record })),
    }),
  ]),
  ...[['clients.insert'], ['records.insert'], ['grants.commit', 'grant']].map(([verb = '', part]) =>
    altering(verb, 'treats empty values and zero as absent', { in: atRecord(part, map(empties)) }),
  ),
  altering('clients.insert', "stores registeredBy 'server' for every client", {
    in: (record) => ({ ...record, registeredBy: 'server' }),
  }),
  altering('clients.insert', 'treats an empty list of machine scopes as absent', {
    in: ({ machineScope, ...record }) => (machineScope?.length ? { ...record, machineScope } : record),
  }),
  mutant('clients.replace', 'does not replace the machine scopes', (call, { clients }) => async (record, version) => {
    const { machineScope } = (await clients.find(record.id)) ?? {}
    const { machineScope: _, ...rest } = record
    return call(machineScope === undefined ? rest : { ...rest, machineScope }, version)
  }),
  altering('signingKeys.insert', 'keeps numbers in 32 bits', { in: map(narrow) }),
  ...['authorizationCodes.find', 'refreshTokens.find', 'accessTokens.find', 'accessTokens.findJwt'].map((verb) =>
    altering(verb, 'omits the revocation of the grant', {
      out: (found) => (found.grant ? { ...found, grant: without('revokedAt')(found.grant) } : found),
    }),
  ),
  ...['accessTokens.find', 'accessTokens.findJwt'].map((verb) =>
    altering(verb, 'omits the grant', { out: without('grant') }),
  ),
  altering('refreshTokens.find', 'never answers that the successor was rotated', {
    out: (found) => ({ ...found, successorRotated: false }),
  }),
  altering('refreshTokens.find', 'answers that the successor was rotated when the token was', {
    out: (found) => ({ ...found, successorRotated: found.token.rotatedAt !== undefined }),
  }),
  ...['records.find', 'authorizationCodes.find', 'accessTokens.find', 'refreshTokens.find', 'grants.find'].map((verb) =>
    altering(verb, 'hides expired rows', {
      out: (found) => ((found.code ?? found.token ?? found).expiresAt < 1000 ? undefined : found),
    }),
  ),
  altering('accessTokens.revokeJwt', 'ignores the revocation of an expired JWT', {
    in: (query) => (query.expiresAt < 1000 ? { ...query, jti: 'other' } : query),
  }),
  mutant('clients.find', 'returns the stored object itself', (call) => {
    const loose = new Map<string, unknown>()
    return async (id) => {
      const found = await call(id)
      if (found && !loose.has(id)) loose.set(id, structuredClone(found))
      return id === 'mine' ? loose.get(id) : found
    }
  }),

  altering('clients.list', 'returns another order', { out: (found) => [...found].reverse() }),
  altering('clients.list', 'sorts by a locale', {
    out: (found) => [...found].sort((a, b) => a.id.localeCompare(b.id, 'en')),
  }),
  altering('clients.list', 'sorts by UTF-16', { out: (found) => [...found].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
  altering('clients.list', 'ignores the limit', { in: (query) => ({ ...query, limit: 100 }) }),
  altering('clients.list', 'ignores after', { in: without('after') }),
  altering('clients.list', 'ignores the reference', { in: without('referenceId') }),
  mutant('clients.list', 'demands that user and reference both match', (call) => async (query) => {
    const found: readonly { referenceId?: string }[] = await call(query)
    if (query.userId === undefined || query.referenceId === undefined) return found
    return found.filter(({ referenceId }) => referenceId === query.referenceId)
  }),
  altering('consents.list', 'returns another order', { out: (found) => [...found].reverse() }),
  altering('consents.list', 'treats an empty reference as absent', {
    in: ({ referenceId, ...query }) =>
      referenceId === '' || referenceId === undefined ? query : { ...query, referenceId },
  }),
  altering('grants.list', 'returns another order', { out: (found) => [...found].reverse() }),
  altering('signingKeys.list', 'sorts generations as text', {
    out: (found) =>
      [...found].sort((a, b) => `${a.algorithm} ${a.generation}`.localeCompare(`${b.algorithm} ${b.generation}`, 'en')),
  }),
  altering('signingKeys.list', 'sorts by generation alone', {
    out: (found) => [...found].sort((a, b) => a.generation - b.generation),
  }),
  altering('records.list', 'returns another order', { out: (found) => [...found].reverse() }),
  altering('records.list', 'sorts by a locale', {
    out: (found) => [...found].sort((a, b) => a.id.localeCompare(b.id, 'en')),
  }),
  altering('records.list', 'sorts by UTF-16', { out: (found) => [...found].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
  altering('records.list', 'ignores the limit', { in: (query) => ({ ...query, limit: 100 }) }),
  altering('records.list', 'ignores after', { in: without('after') }),
  mutant('records.list', 'ignores the kind', (call) => async (query) => {
    return [...(await call(query)), ...(await call({ ...query, kind: 'other' }))].slice(0, query.limit)
  }),
  altering('records.insert', 'loses nested members of the value', {
    in: (record) => ({ ...record, value: map((one) => (typeof one === 'object' ? {} : one))(record.value) }),
  }),

  altering('purgeExpired', 'ignores the limit', { in: (query) => ({ ...query, limit: 100_000 }) }),
  altering('purgeExpired', 'treats a limit of 0 as no limit', {
    in: (query) => ({ ...query, limit: query.limit === 0 ? 1000 : query.limit }),
  }),
  mutant('purgeExpired', 'applies the limit to each table', (call) => async (query) => {
    return (await call(query)) + (query.limit > 0 ? await call(query) : 0)
  }),
  altering('purgeExpired', 'removes rows that expire in this second', {
    in: (query) => ({ ...query, now: query.now + 1 }),
  }),
  altering('purgeExpired', 'keeps rows that expired a second ago', {
    in: (query) => ({ ...query, now: query.now - 1 }),
  }),
  altering('purgeExpired', 'answers 0 instead of the count', { out: () => 0 }),
  altering('purgeExpired', 'removes unused clients without unusedClientsBefore', {
    in: (query) => ({ ...query, unusedClientsBefore: query.unusedClientsBefore ?? query.now }),
  }),
  altering('purgeExpired', 'keeps unused clients', { in: without('unusedClientsBefore') }),
  altering('purgeExpired', 'removes unused clients that registered in the second of unusedClientsBefore', {
    in: ({ unusedClientsBefore: before, ...query }) => ({
      ...query,
      ...(before !== undefined && { unusedClientsBefore: before + 1 }),
    }),
  }),
  mutant(
    'purgeExpired',
    'does not count the unused clients that it removes',
    (call) =>
      async ({ unusedClientsBefore, ...query }) => {
        const removed = await call(query)
        if (unusedClientsBefore === undefined) return removed
        await call({ ...query, unusedClientsBefore })
        return removed
      },
  ),
  mutant('purgeExpired', 'removes revoked grants that have not expired', (call, { grants }) => {
    return async (query) => {
      const grant = await grants.find('grant')
      return call(grant?.revokedAt === undefined ? query : { ...query, now: grant.expiresAt + 1 })
    }
  }),
  mutant('purgeExpired', 'keeps sealed successors', (call, { refreshTokens }) => async (query) => {
    const found = await refreshTokens.find('first')
    return found?.token.sealedUntil === undefined ? call(query) : call({ ...query, now: found.token.sealedUntil })
  }),
  mutant(
    'purgeExpired',
    'does not count the sealed successors that it clears',
    (call, { refreshTokens }) =>
      async (query) => {
        const sealed = async () => (await refreshTokens.find('first'))?.token.sealedUntil
        const before = await sealed()
        const count = await call(query)
        return before !== undefined && (await sealed()) === undefined ? count - 1 : count
      },
  ),
  mutant(
    'purgeExpired',
    'removes redeemed codes that have not expired',
    (call, { authorizationCodes }) =>
      async (query) => {
        const found = await authorizationCodes.find('code')
        return call(found?.code.consumedAt === undefined ? query : { ...query, now: found.code.expiresAt + 1 })
      },
  ),
]
