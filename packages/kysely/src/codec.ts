import type { ClientRecord, ConsentRecord, RecordEntry, SigningKeyRecord } from '@oauth/core'
import type { ClientRow, ConsentRow, RecordRow, SigningKeyRow } from './schema.ts'

/** A record under construction: optional members are assigned one by one, which is faster than spreading objects. */
export type Draft<T> = { -readonly [Name in keyof T]: T[Name] }

/** Converts a column of seconds to a number. PostgreSQL returns a `bigint` as text. */
export const seconds = (value: unknown): number => Number(value)

export const scopeToText = (scope: readonly string[]): string => scope.join(' ')

const none: readonly string[] = Object.freeze([])
let lastText = ''
let lastScope = none

/** Reads a scope. It is frozen, because the same one is returned for the same text again: most tokens of a client have it. */
export function scopeFromText(text: string): readonly string[] {
  if (text !== lastText) {
    lastScope = Object.freeze(text.split(' '))
    lastText = text
  }
  return text === '' ? none : lastScope
}

export const listToText = (list: readonly string[]): string => (list.length === 0 ? '[]' : JSON.stringify(list))
export const listFromText = (text: string): readonly string[] => (text === '[]' ? [] : JSON.parse(text))

export const referenceKey = (referenceId: string | undefined): string =>
  referenceId === undefined ? '' : `:${referenceId}`

export function clientToRow(record: ClientRecord): ClientRow {
  return {
    id: record.id,
    metadata: JSON.stringify(record.metadata),
    secrets: JSON.stringify(record.secrets),
    disabled: record.disabled ? 1 : 0,
    registered_by: record.registeredBy,
    machine_scope: record.machineScope ? scopeToText(record.machineScope) : null,
    user_id: record.userId ?? null,
    reference_id: record.referenceId ?? null,
    registration_token_hash: record.registrationTokenHash ?? null,
    used_at: record.usedAt ?? null,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    version: record.version,
  }
}

/**
 * Returns who registered a client. `''` is a row that an earlier version of the package wrote while both versions ran.
 * Such a client was registered by a user if it has an owner, else anonymously (with the fewest rights) if it has a
 * registration token.
 */
function originOf(row: ClientRow): ClientRecord['registeredBy'] {
  if (row.registered_by !== '') return row.registered_by as ClientRecord['registeredBy']
  if (row.user_id !== null || row.reference_id !== null) return 'user'
  return row.registration_token_hash === null ? 'server' : 'anonymous'
}

export function clientFromRow(row: ClientRow): ClientRecord {
  const record: Draft<ClientRecord> = {
    id: row.id,
    metadata: JSON.parse(row.metadata),
    secrets: JSON.parse(row.secrets),
    disabled: Number(row.disabled) === 1,
    registeredBy: originOf(row),
    createdAt: seconds(row.created_at),
    updatedAt: seconds(row.updated_at),
    version: Number(row.version),
  }
  if (row.machine_scope !== null) record.machineScope = scopeFromText(row.machine_scope)
  if (row.user_id !== null) record.userId = row.user_id
  if (row.reference_id !== null) record.referenceId = row.reference_id
  if (row.registration_token_hash !== null) record.registrationTokenHash = row.registration_token_hash
  if (row.used_at !== null) record.usedAt = seconds(row.used_at)
  return record
}

export function recordToRow(record: RecordEntry): RecordRow {
  return {
    kind: record.kind,
    id: record.id,
    owner_id: record.ownerId ?? null,
    client_id: record.clientId ?? null,
    user_id: record.userId ?? null,
    value: JSON.stringify(record.value),
    version: record.version,
    created_at: record.createdAt,
    expires_at: record.expiresAt,
  }
}

export function recordFromRow(row: RecordRow): RecordEntry {
  const record: Draft<RecordEntry> = {
    kind: row.kind,
    id: row.id,
    value: JSON.parse(row.value),
    version: Number(row.version),
    createdAt: seconds(row.created_at),
    expiresAt: seconds(row.expires_at),
  }
  if (row.owner_id !== null) record.ownerId = row.owner_id
  if (row.client_id !== null) record.clientId = row.client_id
  if (row.user_id !== null) record.userId = row.user_id
  return record
}

export function consentToRow(record: ConsentRecord): ConsentRow {
  return {
    id: record.id,
    client_id: record.clientId,
    user_id: record.userId,
    reference_key: referenceKey(record.referenceId),
    scope: scopeToText(record.scope),
    resources: listToText(record.resources),
    claims: listToText(record.claims),
    redirect_hosts: listToText(record.redirectHosts),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    version: 1,
  }
}

export function consentFromRow(row: ConsentRow): ConsentRecord {
  const record: Draft<ConsentRecord> = {
    id: row.id,
    clientId: row.client_id,
    userId: row.user_id,
    scope: scopeFromText(row.scope),
    resources: listFromText(row.resources),
    claims: listFromText(row.claims),
    redirectHosts: listFromText(row.redirect_hosts),
    createdAt: seconds(row.created_at),
    updatedAt: seconds(row.updated_at),
  }
  if (row.reference_key !== '') record.referenceId = row.reference_key.slice(1)
  return record
}

export function signingKeyToRow(record: SigningKeyRecord): SigningKeyRow {
  return {
    id: record.id,
    algorithm: record.algorithm,
    generation: record.generation,
    public_key: record.publicKey,
    sealed_private_key: record.sealedPrivateKey,
    created_at: record.createdAt,
    activates_at: record.activatesAt,
  }
}

export function signingKeyFromRow(row: SigningKeyRow): SigningKeyRecord {
  return {
    id: row.id,
    algorithm: row.algorithm,
    generation: Number(row.generation),
    publicKey: row.public_key,
    sealedPrivateKey: row.sealed_private_key,
    createdAt: seconds(row.created_at),
    activatesAt: seconds(row.activates_at),
  }
}
