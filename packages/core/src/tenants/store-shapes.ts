import type { Storage } from '../storage/storage.ts'
import { accessToken, client, code, consent, grant, record, refreshToken, signingKey } from './record-shapes.ts'
import type { StoreShape } from './shape.ts'

/** The stores whose verbs are translated name by name. The other members of the port have no names, or a range of them. */
export type NamedStores = Omit<Storage, 'ranges' | 'longestId' | 'check' | 'purgeExpired'>

const listOfClients = { members: { userId: 'name', referenceId: 'name', after: 'name', limit: 'plain' } } as const
const recordTake = { members: { kind: 'name', id: 'plain', version: 'plain' } } as const
const tokenWithGrant = { members: { token: accessToken, grant } } as const
const idAndTime = { members: { id: 'name', now: 'plain' } } as const

/**
 * What every verb of the port takes and answers, name by name. The compiler refuses a store, a verb or a member that is
 * missing here.
 */
export const storeShapes: { readonly [Store in keyof NamedStores]: StoreShape<NamedStores[Store]> } = {
  clients: {
    find: { takes: ['name'], answers: client },
    insert: { takes: [client], answers: 'plain' },
    replace: { takes: [client, 'plain'], answers: 'plain' },
    markUsed: { takes: [idAndTime], answers: 'plain' },
    delete: { takes: ['name'], answers: 'plain' },
    list: { takes: [listOfClients], answers: { each: client } },
  },
  consents: {
    find: { takes: [{ members: { clientId: 'name', userId: 'name', referenceId: 'plain' } }], answers: consent },
    findById: { takes: ['name'], answers: consent },
    list: { takes: [{ members: { userId: 'name', referenceId: 'plain' } }], answers: { each: consent } },
    remember: { takes: [consent], answers: 'plain' },
    replaceScope: {
      takes: [{ members: { id: 'name', scope: 'plain', claims: 'plain', now: 'plain' } }],
      answers: 'plain',
    },
    delete: { takes: ['name'], answers: 'plain' },
    deleteAll: { takes: [{ members: { clientId: 'name' } }], answers: 'plain' },
  },
  grants: {
    commit: {
      takes: [{ members: { take: { each: recordTake }, consent, grant, code, accessToken, refreshToken } }],
      answers: 'plain',
    },
    find: { takes: ['name'], answers: grant },
    list: { takes: [{ members: { userId: 'name', now: 'plain' } }], answers: { each: grant } },
    revoke: { takes: [idAndTime], answers: 'plain' },
    revokeAll: {
      takes: [{ members: { userId: 'name', clientId: 'name', sessionId: 'name', offline: 'plain', now: 'plain' } }],
      answers: 'plain',
    },
  },
  authorizationCodes: {
    find: { takes: ['name'], answers: { members: { code, grant } } },
    redeem: { takes: [{ members: { id: 'name', now: 'plain', accessToken, refreshToken } }], answers: 'plain' },
  },
  accessTokens: {
    insert: { takes: [accessToken], answers: 'plain' },
    find: { takes: ['name'], answers: tokenWithGrant },
    delete: { takes: ['name'], answers: 'plain' },
    revokeJwt: { takes: [{ members: { jti: 'name', expiresAt: 'plain' } }], answers: 'plain' },
    findJwt: {
      takes: [{ members: { jti: 'name', grantId: 'name' } }],
      answers: { members: { revoked: 'plain', grant } },
    },
  },
  refreshTokens: {
    find: { takes: ['name'], answers: { members: { token: refreshToken, grant, successorRotated: 'plain' } } },
    rotate: {
      takes: [
        {
          members: {
            id: 'name',
            now: 'plain',
            successor: refreshToken,
            predecessorId: 'name',
            sealedSuccessor: 'plain',
            sealedUntil: 'plain',
            accessToken,
          },
        },
      ],
      answers: { members: { outcome: 'plain', token: refreshToken, grant, successorRotated: 'plain' } },
    },
    reuse: { takes: [{ members: { id: 'name', limit: 'plain', accessToken } }], answers: 'plain' },
  },
  signingKeys: {
    list: { takes: [], answers: { each: signingKey } },
    insert: { takes: [signingKey], answers: 'plain' },
    delete: { takes: ['name'], answers: 'plain' },
  },
  records: {
    insert: { takes: [record], answers: 'plain' },
    find: { takes: [{ members: { kind: 'name', id: 'plain' } }], answers: record },
    findMany: { takes: [{ members: { kind: 'name', ids: 'plain' } }], answers: { each: record } },
    list: {
      takes: [{ members: { kind: 'name', ownerId: 'name', after: 'plain', limit: 'plain' } }],
      answers: { each: record },
    },
    replace: { takes: [record, 'plain'], answers: 'plain' },
    take: { takes: [recordTake], answers: 'plain' },
    deleteAll: { takes: [{ members: { kind: 'name', clientId: 'name', userId: 'name' } }], answers: 'plain' },
  },
}
