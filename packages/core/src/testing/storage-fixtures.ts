import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord, TokenGrant } from '../storage/grant.ts'
import type { RecordEntry } from '../storage/record.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'
import type { Storage } from '../storage/storage.ts'
import { longestId } from '../storage/stored-id.ts'

/** The time of most fixtures, in seconds since the epoch. It is after 2038, where 32 bits end. */
export const now: number = 2_500_000_000

/** Ids that a collation would confuse if it ignored case, accents or trailing spaces. */
export const lookalikes: readonly string[] = [
  'Abc-1',
  'abc-1',
  'ABC-1',
  'Ábc-1',
  'Abc-1 ',
  ' Abc-1',
  'Abc-1\u0301',
  'ａbc-1',
  'Abc_1',
  'Abc%1',
]

/** Ids of the greatest length, which differ only in their last character. They contain characters beyond ASCII. */
export function longIds(storage: Storage): readonly string[] {
  return ['a', 'b', 'B', 'é'].map((end) => 'ü'.repeat((storage.longestId ?? longestId) - 1) + end)
}

/** Ids in the order of their UTF-8 bytes. JavaScript compares UTF-16, where `🔑` comes before `～`. */
export const byBytes: readonly string[] = ['A', 'Z', 'a', 'b', 'z', 'ü', '漢', '～', '🔑']

/** Text that breaks an adapter that escapes by hand, cuts bytes or normalizes. */
export const difficultText: string =
  '"quotes" \'single\' \\back\\ `tick` %_?$1:name <&> \r\n\t é e\u0301 ß İ 漢字 🔐 \u{10ffff} null'

/**
 * Text longer than a `varchar(255)`, as redirect URIs, nonces and sealed values may be, with characters beyond ASCII.
 */
export const longText: string = 'ü234567890'.repeat(1000)

const metadata: ClientMetadata = {
  redirect_uris: ['https://app.example.com/cb'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid',
  application_type: 'web',
  require_pkce: true,
}

export function clientRecord(members: Partial<ClientRecord> = {}): ClientRecord {
  return {
    id: 'client',
    metadata,
    secrets: [],
    disabled: false,
    registeredBy: 'server',
    createdAt: now,
    updatedAt: now,
    version: 1,
    ...members,
  }
}

export function recordEntry(members: Partial<RecordEntry> = {}): RecordEntry {
  return {
    kind: 'kind',
    id: 'record',
    value: { step: 'login' },
    version: 1,
    createdAt: now,
    expiresAt: now + 600,
    ...members,
  }
}

export function consentRecord(members: Partial<ConsentRecord> = {}): ConsentRecord {
  return {
    id: 'consent',
    clientId: 'client',
    userId: 'user',
    scope: ['openid'],
    resources: [],
    claims: [],
    redirectHosts: ['app.example.com'],
    createdAt: now,
    updatedAt: now,
    ...members,
  }
}

export function grantRecord(members: Partial<GrantRecord> = {}): GrantRecord {
  return {
    id: 'grant',
    clientId: 'client',
    userId: 'user',
    scope: ['openid'],
    resources: [],
    offline: false,
    createdAt: now,
    expiresAt: now + 86_400,
    ...members,
  }
}

const tokenGrantMembers: Readonly<Record<keyof TokenGrant, true>> = {
  id: true,
  clientId: true,
  userId: true,
  sessionId: true,
  authTime: true,
  acr: true,
  amr: true,
  referenceId: true,
  claims: true,
  expiresAt: true,
  revokedAt: true,
}

/** Leaves of the grant of a found token what the verbs promise: an adapter may answer with more. */
export function withTokenGrant<Found extends { readonly grant?: TokenGrant }>(
  found: Found | undefined,
): Found | undefined {
  if (found?.grant === undefined) return found
  const members = Object.entries(found.grant).filter(([name]) => Object.hasOwn(tokenGrantMembers, name))
  return { ...found, grant: Object.fromEntries(members) }
}

export function codeRecord(members: Partial<AuthorizationCodeRecord> = {}): AuthorizationCodeRecord {
  return {
    id: 'code',
    secretHash: 'code-hash',
    grantId: 'grant',
    redirectUri: 'https://app.example.com/cb',
    redirectUriSent: true,
    createdAt: now,
    expiresAt: now + 60,
    ...members,
  }
}

export function accessTokenRecord(members: Partial<AccessTokenRecord> = {}): AccessTokenRecord {
  return {
    id: 'access',
    secretHash: 'access-hash',
    clientId: 'client',
    scope: ['openid'],
    audience: [],
    createdAt: now,
    expiresAt: now + 3600,
    ...members,
  }
}

export function refreshTokenRecord(members: Partial<RefreshTokenRecord> = {}): RefreshTokenRecord {
  return {
    id: 'refresh',
    secretHash: 'refresh-hash',
    grantId: 'grant',
    createdAt: now,
    expiresAt: now + 7200,
    reuses: 0,
    ...members,
  }
}

export function signingKeyRecord(members: Partial<SigningKeyRecord> = {}): SigningKeyRecord {
  return {
    id: 'key',
    algorithm: 'ES256',
    generation: 1,
    publicKey: '{"kty":"EC"}',
    sealedPrivateKey: 'sealed',
    createdAt: now,
    activatesAt: now + 300,
    ...members,
  }
}

/** Stores a grant with a code, as an approval does. */
export async function issueCode(
  storage: Storage,
  members: { readonly grant?: Partial<GrantRecord>; readonly code?: Partial<AuthorizationCodeRecord> } = {},
): Promise<void> {
  await storage.grants.commit({ grant: grantRecord(members.grant), code: codeRecord(members.code) })
}

/** Stores a grant with a redeemed code and its refresh token. */
export async function issueRefreshToken(
  storage: Storage,
  members: { readonly grant?: Partial<GrantRecord>; readonly token?: Partial<RefreshTokenRecord> } = {},
): Promise<void> {
  const grantId = members.grant?.id ?? 'grant'
  const codeId = `code-of-${members.token?.id ?? 'refresh'}`
  await issueCode(storage, { grant: { ...members.grant }, code: { id: codeId, grantId } })
  await storage.authorizationCodes.redeem({
    id: codeId,
    now,
    refreshToken: refreshTokenRecord({ grantId, ...members.token }),
  })
}
