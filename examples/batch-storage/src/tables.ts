import type {
  AccessTokenRecord,
  AuthorizationCodeRecord,
  ClientRecord,
  ConsentKey,
  ConsentRecord,
  GrantRecord,
  RecordEntry,
  RefreshTokenRecord,
  SigningKeyRecord,
} from '@oauth/core'
import { type Collection, ordered } from './collection.ts'
import type { Key } from './key-value.ts'

/** Makes an index key for each member that is present. */
const byEach = (members: Readonly<Record<string, string | undefined>>, ...id: Key): readonly Key[] =>
  Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value, ...id]]))

/** Makes the index key by expiry, for the purge. */
const byEnd = (name: string, { expiresAt }: { readonly expiresAt: number }, ...id: Key): Key => [
  `${name}-by-end`,
  ordered(expiresAt),
  ...id,
]

export const clients: Collection<ClientRecord> = {
  name: 'clients',
  keyOf: ({ id }) => [id],
  indexes: ({ id, userId, referenceId, registrationTokenHash, usedAt, createdAt }) => [
    ...byEach({ 'clients-by-user': userId, 'clients-by-reference': referenceId }, id),
    ...(registrationTokenHash !== undefined && usedAt === undefined
      ? [['unused-clients', ordered(createdAt), id]]
      : []),
  ],
}

/** Makes the key of a consent: there is one for each combination. An absent reference differs from an empty one. */
export const consentKey = ({ userId, clientId, referenceId }: ConsentKey): Key => [
  'consent-of',
  userId,
  clientId,
  referenceId === undefined ? '' : `:${referenceId}`,
]

export const consents: Collection<ConsentRecord> = {
  name: 'consents',
  keyOf: ({ id }) => [id],
  indexes: (consent) => [
    consentKey(consent),
    ['consents-by-user', consent.userId, ordered(consent.createdAt), consent.id],
    ['consents-by-client', consent.clientId, consent.id],
  ],
}

export const grants: Collection<GrantRecord> = {
  name: 'grants',
  keyOf: ({ id }) => [id],
  indexes: (grant) => [
    ...byEach(
      { 'grants-by-user': grant.userId, 'grants-by-client': grant.clientId, 'grants-by-session': grant.sessionId },
      grant.id,
    ),
    byEnd('grants', grant, grant.id),
  ],
}

/** Describes records that are found only by their id, and that the purge deletes after they expire. */
const expiring = <R extends { readonly id: string; readonly expiresAt: number }>(name: string): Collection<R> => ({
  name,
  keyOf: ({ id }) => [id],
  indexes: (record) => [byEnd(name, record, record.id)],
})

export const codes: Collection<AuthorizationCodeRecord> = expiring('codes')
export const accessTokens: Collection<AccessTokenRecord> = expiring('access-tokens')
export const refreshTokens: Collection<RefreshTokenRecord> = {
  ...expiring<RefreshTokenRecord>('refresh-tokens'),
  indexes: (token) => [
    byEnd('refresh-tokens', token, token.id),
    ...(token.sealedUntil === undefined ? [] : [['sealed-successors', ordered(token.sealedUntil), token.id]]),
  ],
}
export const revokedJwts: Collection<{ readonly id: string; readonly expiresAt: number }> = expiring('revoked-jwts')

export const signingKeyOrder = 'signing-keys-in-order'

export const signingKeys: Collection<SigningKeyRecord> = {
  name: 'signing-keys',
  keyOf: ({ id }) => [id],
  indexes: ({ algorithm, generation }) => [[signingKeyOrder, algorithm, ordered(generation)]],
}

export const records: Collection<RecordEntry> = {
  name: 'records',
  keyOf: ({ kind, id }) => [kind, id],
  indexes: (record) => {
    const { kind, id, ownerId, clientId, userId } = record
    return [
      ...(ownerId === undefined ? [] : [['records-by-owner', kind, ownerId, id]]),
      ...byEach({ 'records-by-client': clientId, 'records-by-user': userId }, kind, id),
      byEnd('records', record, kind, id),
    ]
  },
}
