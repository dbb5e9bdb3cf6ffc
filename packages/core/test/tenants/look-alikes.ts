import type { Storage } from '@oauth/core'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  lookalikes,
  now,
  recordEntry,
  refreshTokenRecord,
  signingKeyRecord,
} from '../../src/testing/storage-fixtures.ts'

/** The ids that the storage contract uses most, and those that it compares. */
const ids: readonly string[] = [
  ...['client', 'consent', 'grant', 'code', 'access', 'refresh', 'key', 'user', 'session', 'record', 'next', 'other'],
  ...['1', '2', '3', '4', 'mine', 'unused', 'used', 'old', 'first', 'second', 'token', 'successor', 'organisation'],
  ...lookalikes,
]

/** Longer than any time that the contract purges. */
const never = now * 3

/** Fills the storage of a tenant with rows whose ids are those of the contract, under the same users, clients and sessions. */
export async function fillWithLookAlikes(storage: Storage): Promise<void> {
  const members = { clientId: 'client', userId: 'user', sessionId: 'session', referenceId: 'organisation' }
  for (const [index, id] of ids.entries()) {
    await storage.clients.insert(clientRecord({ id, userId: 'user', referenceId: 'organisation', version: 1 }))
    await storage.consents.remember(consentRecord({ id, clientId: id, userId: 'user' }))
    const grant = grantRecord({ ...members, id, offline: index % 2 === 0, expiresAt: never })
    const code = codeRecord({ id, grantId: id, expiresAt: never })
    const accessToken = accessTokenRecord({ id, grantId: id, expiresAt: never })
    const refreshToken = refreshTokenRecord({ id, grantId: id, expiresAt: never })
    await storage.grants.commit({ grant, code, accessToken, refreshToken })
    await storage.accessTokens.revokeJwt({ jti: id, expiresAt: never })
    await storage.signingKeys.insert(signingKeyRecord({ id, algorithm: index === 0 ? 'ES256' : id }))
    for (const kind of ['kind', 'other', 'interaction']) {
      await storage.records.insert(
        recordEntry({ kind, id, ownerId: 'owner', clientId: 'client', userId: 'user', expiresAt: never }),
      )
    }
  }
}

/** Reads everything that `fillWithLookAlikes` has stored. */
export async function readLookAlikes(storage: Storage): Promise<unknown> {
  const rows: unknown[] = [
    await storage.clients.list({ limit: 1000 }),
    await storage.consents.list({ userId: 'user' }),
    await storage.grants.list({ userId: 'user', now }),
    await storage.signingKeys.list(),
  ]
  for (const id of ids) {
    rows.push(
      await storage.grants.find(id),
      await storage.authorizationCodes.find(id),
      await storage.accessTokens.find(id),
      await storage.refreshTokens.find(id),
      (await storage.accessTokens.findJwt({ jti: id })).revoked,
    )
  }
  for (const kind of ['kind', 'other', 'interaction']) {
    rows.push(await storage.records.list({ kind, ownerId: 'owner', limit: 1000 }))
  }
  return rows
}

/** The storage of a tenant, and a check that returns what the others had before and what they have now. */
export interface BesideLookAlikes {
  readonly storage: Storage
  check(): Promise<readonly [before: unknown, after: unknown]>
}

/**
 * Makes the storage of the tenant `a` in a shared storage in which other tenants hold look-alikes. The id of one of them begins
 * with that of `a`.
 */
export async function besideLookAlikes(
  shared: Storage,
  tenantStorage: (storage: Storage, tenant: string) => Storage,
  tenants: readonly string[] = ['b', 'a-1', 'a.1', '1a'],
): Promise<BesideLookAlikes> {
  const others = tenants.map((tenant) => tenantStorage(shared, tenant))
  for (const other of others) await fillWithLookAlikes(other)
  const read = async () => Promise.all(others.map(readLookAlikes))
  const before = await read()
  return { storage: tenantStorage(shared, 'a'), check: async () => [before, await read()] }
}
