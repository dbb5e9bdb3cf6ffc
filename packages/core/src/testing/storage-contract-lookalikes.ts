import type { Awaitable } from '../storage/awaitable.ts'
import type { Storage } from '../storage/storage.ts'
import { equal } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  issueCode,
  issueRefreshToken,
  lookalikes,
  now,
  recordEntry,
  refreshTokenRecord,
  signingKeyRecord,
} from './storage-fixtures.ts'

/** How a case calls a verb with texts that a collation of the database might treat as equal. */
interface Lookup {
  /** Adds the row of this text. */
  readonly add: (storage: Storage, text: string) => Awaitable<unknown>
  /** Calls a verb that writes, for the row of this text. Absent for a verb that only reads. */
  readonly change?: (storage: Storage, text: string) => Awaitable<unknown>
  /** A verb that reads: the texts of the rows that it finds. A verb that writes: the text if its row has changed. */
  readonly read: (storage: Storage, text: string) => Awaitable<readonly (string | undefined)[]>
}

const when = (is: boolean, text: string): readonly string[] => (is ? [text] : [])
const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id)

const addClient: Lookup['add'] = ({ clients }, id) => clients.insert(clientRecord({ id, userId: id, referenceId: id }))
const addRecord: Lookup['add'] = ({ records }, text) =>
  records.insert(recordEntry({ kind: text, id: text, ownerId: text, clientId: text, userId: text }))
const addConsent: Lookup['add'] = ({ consents }, id) =>
  consents.remember(consentRecord({ id, userId: id, clientId: id }))
const addGrant: Lookup['add'] = (storage, id) =>
  issueCode(storage, { grant: { id, userId: id, clientId: id, sessionId: id }, code: { id, grantId: id } })
const addRefreshToken: Lookup['add'] = (storage, id) => issueRefreshToken(storage, { grant: { id }, token: { id } })
const addRotatedToken: Lookup['add'] = (storage, id) =>
  issueRefreshToken(storage, { grant: { id }, token: { id, rotatedAt: now, successorId: 'x', sealedSuccessor: 's' } })

const revoked: Lookup['read'] = async ({ grants }, id) => when((await grants.find(id))?.revokedAt === now, id)
const consentScope: Lookup['read'] = async ({ consents }, id) =>
  when((await consents.findById(id))?.scope.includes('changed') === true, id)
const noConsent: Lookup['read'] = async ({ consents }, id) => when((await consents.findById(id)) === undefined, id)
const noRecord: Lookup['read'] = async ({ records }, text) =>
  when((await records.find({ kind: text, id: text })) === undefined, text)

const lookups: Readonly<Record<string, Lookup>> = {
  'clients.find': { add: addClient, read: async ({ clients }, id) => [(await clients.find(id))?.id] },
  'clients.replace': {
    add: addClient,
    change: ({ clients }, id) => clients.replace(clientRecord({ id, version: 2 }), 1),
    read: async ({ clients }, id) => when((await clients.find(id))?.version === 2, id),
  },
  'clients.markUsed': {
    add: addClient,
    change: ({ clients }, id) => clients.markUsed({ id, now }),
    read: async ({ clients }, id) => when((await clients.find(id))?.usedAt === now, id),
  },
  'clients.delete': {
    add: addClient,
    change: ({ clients }, id) => clients.delete(id),
    read: async ({ clients }, id) => when((await clients.find(id)) === undefined, id),
  },
  'clients.list': {
    add: addClient,
    read: async ({ clients }, text) => {
      const [ofUser, ofReference] = [
        await clients.list({ userId: text, limit: 100 }),
        await clients.list({ referenceId: text, limit: 100 }),
      ]
      equal(idsOf(ofReference), idsOf(ofUser), `clients.list of the reference "${text}"`)
      return idsOf(ofUser)
    },
  },
  'records.find': {
    add: addRecord,
    read: async ({ records }, text) => [(await records.find({ kind: text, id: text }))?.id],
  },
  'records.find by id': {
    add: ({ records }, id) => records.insert(recordEntry({ id })),
    read: async ({ records }, id) => [(await records.find({ kind: 'kind', id }))?.id],
  },
  'records.find by kind': {
    add: ({ records }, kind) => records.insert(recordEntry({ kind })),
    read: async ({ records }, kind) => [(await records.find({ kind, id: 'record' }))?.kind],
  },
  'records.findMany': {
    add: addRecord,
    read: async ({ records }, text) => idsOf(await records.findMany({ kind: text, ids: ['none', text] })),
  },
  'records.list by owner': {
    add: ({ records }, text) => records.insert(recordEntry({ id: text, ownerId: text })),
    read: async ({ records }, ownerId) => idsOf(await records.list({ kind: 'kind', ownerId, limit: 100 })),
  },
  'records.list by kind': {
    add: ({ records }, text) => records.insert(recordEntry({ kind: text, id: text, ownerId: 'owner' })),
    read: async ({ records }, kind) => idsOf(await records.list({ kind, ownerId: 'owner', limit: 100 })),
  },
  'records.insert': {
    add: () => undefined,
    change: ({ records }, id) => records.insert(recordEntry({ id })),
    read: async ({ records }, id) => when((await records.find({ kind: 'kind', id })) !== undefined, id),
  },
  'records.replace': {
    add: addRecord,
    change: ({ records }, text) => records.replace(recordEntry({ kind: text, id: text, version: 2 }), 1),
    read: async ({ records }, text) => when((await records.find({ kind: text, id: text }))?.version === 2, text),
  },
  'records.take': {
    add: addRecord,
    change: ({ records }, text) => records.take({ kind: text, id: text }),
    read: noRecord,
  },
  'records.deleteAll of a client': {
    add: addRecord,
    change: ({ records }, clientId) => records.deleteAll({ clientId }),
    read: noRecord,
  },
  'records.deleteAll of a user': {
    add: addRecord,
    change: ({ records }, userId) => records.deleteAll({ userId }),
    read: noRecord,
  },
  'consents.find by client': {
    add: ({ consents }, id) => consents.remember(consentRecord({ id, clientId: id })),
    read: async ({ consents }, clientId) => [(await consents.find({ userId: 'user', clientId }))?.id],
  },
  'consents.find by user': {
    add: ({ consents }, id) => consents.remember(consentRecord({ id, userId: id })),
    read: async ({ consents }, userId) => [(await consents.find({ userId, clientId: 'client' }))?.id],
  },
  'consents.find by reference': {
    add: ({ consents }, id) => consents.remember(consentRecord({ id, referenceId: id })),
    read: async ({ consents }, referenceId) => [
      (await consents.find({ userId: 'user', clientId: 'client', referenceId }))?.id,
    ],
  },
  'consents.findById': { add: addConsent, read: async ({ consents }, id) => [(await consents.findById(id))?.id] },
  'consents.list': { add: addConsent, read: async ({ consents }, userId) => idsOf(await consents.list({ userId })) },
  'consents.list by reference': {
    add: ({ consents }, id) => consents.remember(consentRecord({ id, referenceId: id })),
    read: async ({ consents }, referenceId) => idsOf(await consents.list({ userId: 'user', referenceId })),
  },
  'consents.remember': {
    add: addConsent,
    change: ({ consents }, text) =>
      consents.remember(consentRecord({ id: `new ${text}`, userId: text, clientId: text, scope: ['changed'] })),
    read: consentScope,
  },
  'consents.replaceScope': {
    add: addConsent,
    change: ({ consents }, id) => consents.replaceScope({ id, scope: ['changed'], now }),
    read: consentScope,
  },
  'consents.delete': { add: addConsent, change: ({ consents }, id) => consents.delete(id), read: noConsent },
  'consents.deleteAll': {
    add: addConsent,
    change: ({ consents }, clientId) => consents.deleteAll({ clientId }),
    read: noConsent,
  },
  'grants.find': { add: addGrant, read: async ({ grants }, id) => [(await grants.find(id))?.id] },
  'grants.list': { add: addGrant, read: async ({ grants }, userId) => idsOf(await grants.list({ userId, now })) },
  'grants.revoke': { add: addGrant, change: ({ grants }, id) => grants.revoke({ id, now }), read: revoked },
  'grants.revokeAll of a user': {
    add: addGrant,
    change: ({ grants }, userId) => grants.revokeAll({ userId, now }),
    read: revoked,
  },
  'grants.revokeAll of a client': {
    add: addGrant,
    change: ({ grants }, clientId) => grants.revokeAll({ clientId, now }),
    read: revoked,
  },
  'grants.revokeAll of a session': {
    add: addGrant,
    change: ({ grants }, sessionId) => grants.revokeAll({ sessionId, now }),
    read: revoked,
  },
  'grants.commit': {
    add: addRecord,
    change: ({ grants }, id) =>
      grants.commit({
        grant: grantRecord({ id }),
        code: codeRecord({ id, grantId: id }),
        take: [{ kind: id, id }],
      }),
    read: async ({ authorizationCodes, records }, id) => {
      const taken = (await records.find({ kind: id, id })) === undefined
      return when(taken && (await authorizationCodes.find(id))?.grant.id === id, id)
    },
  },
  'authorizationCodes.find': {
    add: addGrant,
    read: async ({ authorizationCodes }, id) => {
      const found = await authorizationCodes.find(id)
      return [found?.code.id === found?.grant.id ? found?.code.id : 'the grant of another code']
    },
  },
  'authorizationCodes.redeem': {
    add: addGrant,
    change: ({ authorizationCodes }, id) => authorizationCodes.redeem({ id, now }),
    read: async ({ authorizationCodes }, id) => when((await authorizationCodes.find(id))?.code.consumedAt === now, id),
  },
  'accessTokens.find': {
    add: async (storage, id) => {
      await addGrant(storage, id)
      await storage.accessTokens.insert(accessTokenRecord({ id, grantId: id }))
    },
    read: async ({ accessTokens }, id) => {
      const found = await accessTokens.find(id)
      return [found?.token.id === found?.grant?.id ? found?.token.id : 'the grant of another token']
    },
  },
  'accessTokens.delete': {
    add: ({ accessTokens }, id) => accessTokens.insert(accessTokenRecord({ id })),
    change: ({ accessTokens }, id) => accessTokens.delete(id),
    read: async ({ accessTokens }, id) => when((await accessTokens.find(id)) === undefined, id),
  },
  'accessTokens.revokeJwt': {
    add: () => undefined,
    change: ({ accessTokens }, jti) => accessTokens.revokeJwt({ jti, expiresAt: now }),
    read: async ({ accessTokens }, jti) => when((await accessTokens.findJwt({ jti })).revoked, jti),
  },
  'accessTokens.findJwt': {
    add: async (storage, id) => {
      await addGrant(storage, id)
      await storage.accessTokens.revokeJwt({ jti: id, expiresAt: now })
    },
    read: async ({ accessTokens }, text) => {
      const { revoked: isRevoked, grant } = await accessTokens.findJwt({ jti: text, grantId: text })
      equal(isRevoked, grant !== undefined, `accessTokens.findJwt of "${text}": its revocation and its grant`)
      return [grant?.id]
    },
  },
  'refreshTokens.find': {
    add: addRefreshToken,
    read: async ({ refreshTokens }, id) => {
      const found = await refreshTokens.find(id)
      return [found?.token.id === found?.grant.id ? found?.token.id : 'the grant of another token']
    },
  },
  'refreshTokens.rotate': {
    add: addRefreshToken,
    change: ({ refreshTokens }, id) =>
      refreshTokens.rotate({
        id,
        now,
        successor: refreshTokenRecord({ id: `next ${id}`, grantId: id }),
        sealedSuccessor: 'sealed',
      }),
    read: async ({ refreshTokens }, id) => when((await refreshTokens.find(id))?.token.rotatedAt === now, id),
  },
  'refreshTokens.reuse': {
    add: addRotatedToken,
    change: ({ refreshTokens }, id) => refreshTokens.reuse({ id, limit: 9 }),
    read: async ({ refreshTokens }, id) => when((await refreshTokens.find(id))?.token.reuses === 1, id),
  },
  'signingKeys.delete': {
    add: ({ signingKeys }, id) => signingKeys.insert(signingKeyRecord({ id, generation: lookalikes.indexOf(id) })),
    change: ({ signingKeys }, id) => signingKeys.delete(id),
    read: async ({ signingKeys }, id) => when(!idsOf(await signingKeys.list()).includes(id), id),
  },
}

/** One case for each verb that finds rows by a text. */
export const lookalikeCases: ContractCases = Object.fromEntries(
  Object.entries(lookups).map(([verb, lookup]) => [
    `${verb} compares text byte for byte`,
    (storage: Storage) => compare(verb, lookup, storage),
  ]),
)

async function compare(verb: string, lookup: Lookup, storage: Storage): Promise<void> {
  for (const text of lookalikes) await lookup.add(storage, text)
  const found = async (text: string) => (await lookup.read(storage, text)).filter((one) => one !== undefined)
  if (lookup.change === undefined) {
    for (const text of lookalikes) equal(await found(text), [text], `${verb}: what is found by "${text}"`)
    equal(await found('aBC-1'), [], `${verb}: what is found by "aBC-1", which was never added`)
    return
  }
  await lookup.change(storage, 'aBC-1')
  for (const text of lookalikes) equal(await found(text), [], `${verb} of "aBC-1" changed "${text}"`)
  const done: string[] = []
  for (const text of lookalikes) {
    await lookup.change(storage, text)
    done.push(text)
    const changed: (string | undefined)[] = []
    for (const one of lookalikes) changed.push(...(await found(one)))
    equal(changed, done, `${verb}: what has changed after "${text}"`)
  }
}
