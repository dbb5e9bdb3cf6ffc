import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentKey, ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RecordEntry, RecordKey } from '../storage/record.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'
import { type Multimap, multimap } from './multimap.ts'
import { type Rows, rows } from './rows.ts'

/** The tables and indexes that all stores of one memory storage share. */
export interface Tables {
  readonly clients: Rows<ClientRecord>
  readonly consents: Rows<ConsentRecord>
  readonly consentIds: Map<string, string>
  readonly consentsByUser: Multimap
  readonly consentsByClient: Multimap
  readonly grants: Rows<GrantRecord>
  readonly grantsByUser: Multimap
  readonly grantsByClient: Multimap
  readonly grantsBySession: Multimap
  readonly authorizationCodes: Rows<AuthorizationCodeRecord>
  readonly accessTokens: Rows<AccessTokenRecord>
  /** The revoked `jti` values and when they expire. */
  readonly revokedJwts: Rows<{ readonly id: string; readonly expiresAt: number }>
  readonly refreshTokens: Rows<RefreshTokenRecord>
  readonly signingKeys: Rows<SigningKeyRecord>
  /** The records, by kind and id together. */
  readonly records: Rows<RecordRow>
  readonly recordsByOwner: Multimap
  readonly recordsByClient: Multimap
  readonly recordsByUser: Multimap
}

export interface RecordRow {
  readonly id: string
  readonly expiresAt: number
  readonly entry: RecordEntry
}

/** Returns one string per kind and id. */
export function recordKey({ kind, id }: RecordKey): string {
  return JSON.stringify([kind, id])
}

/** Returns one string per kind and owner. */
export function ownerKey(kind: string, ownerId: string): string {
  return JSON.stringify([kind, ownerId])
}

/** Returns one string per consent key. An absent reference is another key than an empty one. */
export function consentKey({ clientId, userId, referenceId }: ConsentKey): string {
  return JSON.stringify(referenceId === undefined ? [clientId, userId] : [clientId, userId, referenceId])
}

export function tables(): Tables {
  const consentIds = new Map<string, string>()
  const consentsByUser = multimap()
  const consentsByClient = multimap()
  const grantsByUser = multimap()
  const grantsByClient = multimap()
  const grantsBySession = multimap()
  const recordsByOwner = multimap()
  const recordsByClient = multimap()
  const recordsByUser = multimap()
  return {
    clients: rows('clients'),
    consents: rows('consents', (before, after) => {
      if (before && after) return
      if (before) {
        consentIds.delete(consentKey(before))
        consentsByUser.remove(before.userId, before.id)
        consentsByClient.remove(before.clientId, before.id)
      }
      if (after) {
        consentIds.set(consentKey(after), after.id)
        consentsByUser.add(after.userId, after.id)
        consentsByClient.add(after.clientId, after.id)
      }
    }),
    consentIds,
    consentsByUser,
    consentsByClient,
    grants: rows('grants', (before, after) => {
      // The indexed members of a grant never change, so only adding and removing matter.
      if (before && after) return
      if (before) {
        grantsByUser.remove(before.userId, before.id)
        grantsByClient.remove(before.clientId, before.id)
        grantsBySession.remove(before.sessionId, before.id)
      }
      if (after) {
        grantsByUser.add(after.userId, after.id)
        grantsByClient.add(after.clientId, after.id)
        grantsBySession.add(after.sessionId, after.id)
      }
    }),
    grantsByUser,
    grantsByClient,
    grantsBySession,
    authorizationCodes: rows('authorizationCodes'),
    accessTokens: rows('accessTokens'),
    revokedJwts: rows('revokedJwts'),
    refreshTokens: rows('refreshTokens'),
    signingKeys: rows('signingKeys'),
    records: rows('records', (before, after) => {
      if (before) {
        const { kind, ownerId, clientId, userId } = before.entry
        if (ownerId !== undefined) recordsByOwner.remove(ownerKey(kind, ownerId), before.id)
        recordsByClient.remove(clientId, before.id)
        recordsByUser.remove(userId, before.id)
      }
      if (after) {
        const { kind, ownerId, clientId, userId } = after.entry
        if (ownerId !== undefined) recordsByOwner.add(ownerKey(kind, ownerId), after.id)
        recordsByClient.add(clientId, after.id)
        recordsByUser.add(userId, after.id)
      }
    }),
    recordsByOwner,
    recordsByClient,
    recordsByUser,
  }
}
