import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentKey, ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RecordEntry, RecordKey } from '../storage/record.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'
import { type Expirations, expirations } from './expirations.ts'
import { type Multimap, multimap } from './multimap.ts'
import { type ExpiringRows, expiringRows, type Rows, rows } from './rows.ts'

/** The tables and indexes that all stores of one memory storage share. */
export interface Tables {
  readonly clients: Rows<ClientRecord>
  readonly consents: Rows<ConsentRecord>
  readonly consentIds: Map<string, string>
  readonly consentsByUser: Multimap<string>
  readonly consentsByClient: Multimap<string>
  readonly grants: ExpiringRows<GrantRecord>
  readonly grantsByUser: Multimap<string>
  readonly grantsByClient: Multimap<string>
  readonly grantsBySession: Multimap<string>
  readonly authorizationCodes: ExpiringRows<AuthorizationCodeRecord>
  readonly accessTokens: ExpiringRows<AccessTokenRecord>
  /** The revoked `jti` values and when they expire. */
  readonly revokedJwts: ExpiringRows<{ readonly id: string; readonly expiresAt: number }>
  readonly refreshTokens: ExpiringRows<RefreshTokenRecord>
  /** The refresh tokens that keep a sealed successor, by the end of their reuse window. */
  readonly refreshTokensBySeal: Expirations
  readonly signingKeys: Rows<SigningKeyRecord>
  /** The records, by kind and id together. */
  readonly records: ExpiringRows<RecordEntry>
  readonly recordsByOwner: Multimap<string>
  readonly recordsByClient: Multimap<string>
  readonly recordsByUser: Multimap<string>
}

/** Returns one string per kind and id. The length says where the kind ends, so that no two keys are equal. */
export function recordKey({ kind, id }: RecordKey): string {
  return `${kind.length}:${kind}:${id}`
}

/** Returns one string per kind and owner. */
export function ownerKey(kind: string, ownerId: string): string {
  return recordKey({ kind, id: ownerId })
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
  const refreshTokensBySeal = expirations()
  const recordsByOwner = multimap()
  const recordsByClient = multimap()
  const recordsByUser = multimap()
  return {
    clients: rows('clients'),
    consents: rows('consents', {
      onChange(before, after) {
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
      },
    }),
    consentIds,
    consentsByUser,
    consentsByClient,
    grants: expiringRows('grants', {
      onChange(before, after) {
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
      },
    }),
    grantsByUser,
    grantsByClient,
    grantsBySession,
    authorizationCodes: expiringRows('authorizationCodes'),
    accessTokens: expiringRows('accessTokens'),
    revokedJwts: expiringRows('revokedJwts'),
    refreshTokens: expiringRows('refreshTokens', {
      onChange(before, after) {
        const token = before ?? after
        if (token) refreshTokensBySeal.move(token.id, before?.sealedUntil, after?.sealedUntil)
      },
    }),
    refreshTokensBySeal,
    signingKeys: rows('signingKeys'),
    records: expiringRows<RecordEntry>('records', {
      keyOf: recordKey,
      onChange(before, after) {
        if (before) {
          const key = recordKey(before)
          if (before.ownerId !== undefined) recordsByOwner.remove(ownerKey(before.kind, before.ownerId), key)
          recordsByClient.remove(before.clientId, key)
          recordsByUser.remove(before.userId, key)
        }
        if (after) {
          const key = recordKey(after)
          if (after.ownerId !== undefined) recordsByOwner.add(ownerKey(after.kind, after.ownerId), key)
          recordsByClient.add(after.clientId, key)
          recordsByUser.add(after.userId, key)
        }
      },
    }),
    recordsByOwner,
    recordsByClient,
    recordsByUser,
  }
}
