import type {
  AccessTokenRecord,
  AuthorizationCodeRecord,
  Extra,
  GrantRecord,
  RefreshTokenRecord,
  TokenGrant,
} from '@oauth/core'
import { type Draft, listFromText, listToText, scopeFromText, scopeToText, seconds } from './codec.ts'
import type { TokenGrantName } from './columns.ts'
import type { AccessTokenRow, AuthorizationCodeRow, GrantRow, RefreshTokenRow } from './schema.ts'

type PresentGrantRow = { readonly [Name in keyof GrantRow as `g_${Name}`]: GrantRow[Name] }

/** The columns of a grant in a join with another table. All are `null` when the grant does not exist. */
export type JoinedGrantRow = { readonly [Name in keyof PresentGrantRow]: PresentGrantRow[Name] | null }

const extraToText = (extra: Extra | undefined): string | null => (extra === undefined ? null : JSON.stringify(extra))

export function grantToRow(record: GrantRecord): GrantRow {
  return {
    id: record.id,
    client_id: record.clientId,
    user_id: record.userId,
    session_id: record.sessionId ?? null,
    scope: scopeToText(record.scope),
    resources: listToText(record.resources),
    auth_time: record.authTime ?? null,
    acr: record.acr ?? null,
    amr: record.amr ? listToText(record.amr) : null,
    reference_id: record.referenceId ?? null,
    claims: record.claims ? JSON.stringify(record.claims) : null,
    extra: extraToText(record.extra),
    offline: record.offline ? 1 : 0,
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    revoked_at: record.revokedAt ?? null,
  }
}

export function grantFromRow(joined: JoinedGrantRow): GrantRecord | undefined {
  if (joined.g_id === null) return undefined
  const row = joined as PresentGrantRow
  const record: Draft<GrantRecord> = {
    id: row.g_id,
    clientId: row.g_client_id,
    userId: row.g_user_id,
    scope: scopeFromText(row.g_scope),
    resources: listFromText(row.g_resources),
    offline: Number(row.g_offline) === 1,
    createdAt: seconds(row.g_created_at),
    expiresAt: seconds(row.g_expires_at),
  }
  if (row.g_session_id !== null) record.sessionId = row.g_session_id
  if (row.g_auth_time !== null) record.authTime = seconds(row.g_auth_time)
  if (row.g_acr !== null) record.acr = row.g_acr
  if (row.g_amr !== null) record.amr = listFromText(row.g_amr)
  if (row.g_reference_id !== null) record.referenceId = row.g_reference_id
  if (row.g_claims !== null) record.claims = JSON.parse(row.g_claims)
  if (row.g_extra !== null) record.extra = JSON.parse(row.g_extra)
  if (row.g_revoked_at !== null) record.revokedAt = seconds(row.g_revoked_at)
  return record
}

type PresentTokenGrantRow = Pick<PresentGrantRow, `g_${TokenGrantName}`>

/** The columns of `tokenGrantColumns` in a join. All are `null` when the grant does not exist. */
export type TokenGrantRow = { readonly [Name in keyof PresentTokenGrantRow]: PresentTokenGrantRow[Name] | null }

/** @param id the id of the grant by which the row was found */
export function tokenGrantFromRow(id: string, joined: TokenGrantRow): TokenGrant | undefined {
  if (joined.g_user_id === null) return undefined
  const row = joined as PresentTokenGrantRow
  const grant: Draft<TokenGrant> = {
    id,
    clientId: row.g_client_id,
    userId: row.g_user_id,
    expiresAt: seconds(row.g_expires_at),
  }
  if (row.g_session_id !== null) grant.sessionId = row.g_session_id
  if (row.g_auth_time !== null) grant.authTime = seconds(row.g_auth_time)
  if (row.g_acr !== null) grant.acr = row.g_acr
  if (row.g_amr !== null) grant.amr = listFromText(row.g_amr)
  if (row.g_reference_id !== null) grant.referenceId = row.g_reference_id
  if (row.g_claims !== null) grant.claims = JSON.parse(row.g_claims)
  if (row.g_revoked_at !== null) grant.revokedAt = seconds(row.g_revoked_at)
  return grant
}

export function codeToRow(record: AuthorizationCodeRecord): AuthorizationCodeRow {
  return {
    id: record.id,
    secret_hash: record.secretHash,
    grant_id: record.grantId,
    redirect_uri: record.redirectUri,
    redirect_uri_sent: record.redirectUriSent ? 1 : 0,
    code_challenge: record.codeChallenge ?? null,
    nonce: record.nonce ?? null,
    extra: extraToText(record.extra),
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    consumed_at: record.consumedAt ?? null,
  }
}

export function codeFromRow(row: AuthorizationCodeRow): AuthorizationCodeRecord {
  const record: Draft<AuthorizationCodeRecord> = {
    id: row.id,
    secretHash: row.secret_hash,
    grantId: row.grant_id,
    redirectUri: row.redirect_uri,
    redirectUriSent: Number(row.redirect_uri_sent) === 1,
    createdAt: seconds(row.created_at),
    expiresAt: seconds(row.expires_at),
  }
  if (row.code_challenge !== null) record.codeChallenge = row.code_challenge
  if (row.nonce !== null) record.nonce = row.nonce
  if (row.extra !== null) record.extra = JSON.parse(row.extra)
  if (row.consumed_at !== null) record.consumedAt = seconds(row.consumed_at)
  return record
}

export function accessTokenToRow(record: AccessTokenRecord): AccessTokenRow {
  return {
    id: record.id,
    secret_hash: record.secretHash,
    client_id: record.clientId,
    grant_id: record.grantId ?? null,
    scope: scopeToText(record.scope),
    audience: listToText(record.audience),
    extra: extraToText(record.extra),
    created_at: record.createdAt,
    expires_at: record.expiresAt,
  }
}

/** @param id the id by which the row was found */
export function accessTokenFromRow(id: string, row: Omit<AccessTokenRow, 'id'>): AccessTokenRecord {
  const record: Draft<AccessTokenRecord> = {
    id,
    secretHash: row.secret_hash,
    clientId: row.client_id,
    scope: scopeFromText(row.scope),
    audience: listFromText(row.audience),
    createdAt: seconds(row.created_at),
    expiresAt: seconds(row.expires_at),
  }
  if (row.grant_id !== null) record.grantId = row.grant_id
  if (row.extra !== null) record.extra = JSON.parse(row.extra)
  return record
}

type SealColumns = Pick<RefreshTokenRow, 'sealed_successor' | 'sealed_until'>
type Seal = Pick<RefreshTokenRecord, 'sealedSuccessor' | 'sealedUntil'>

/** @param seal what is stored in the row: this token itself, sealed for its predecessor. Default: what the record has */
export function refreshTokenToRow(record: RefreshTokenRecord, seal: Seal = record): RefreshTokenRow {
  return {
    id: record.id,
    secret_hash: record.secretHash,
    grant_id: record.grantId,
    extra: extraToText(record.extra),
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    rotated_at: record.rotatedAt ?? null,
    successor_id: record.successorId ?? null,
    predecessor_id: record.predecessorId ?? null,
    sealed_successor: seal.sealedSuccessor ?? null,
    sealed_until: seal.sealedUntil ?? null,
    reuses: record.reuses,
  }
}

/** @param seal the row that has the sealed successor, if any row has it */
export function refreshTokenFromRow(row: RefreshTokenRow, seal: SealColumns | undefined): RefreshTokenRecord {
  const record: Draft<RefreshTokenRecord> = {
    id: row.id,
    secretHash: row.secret_hash,
    grantId: row.grant_id,
    createdAt: seconds(row.created_at),
    expiresAt: seconds(row.expires_at),
    reuses: Number(row.reuses),
  }
  if (row.extra !== null) record.extra = JSON.parse(row.extra)
  if (row.rotated_at !== null) record.rotatedAt = seconds(row.rotated_at)
  if (row.successor_id !== null) record.successorId = row.successor_id
  if (row.predecessor_id !== null) record.predecessorId = row.predecessor_id
  if (seal === undefined) return record
  if (seal.sealed_successor !== null) record.sealedSuccessor = seal.sealed_successor
  if (seal.sealed_until !== null) record.sealedUntil = seconds(seal.sealed_until)
  return record
}
