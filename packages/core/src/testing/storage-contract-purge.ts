import type { Storage } from '../storage/storage.ts'
import { equal, fifty, sum } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  issueCode,
  now,
  recordEntry,
  refreshTokenRecord,
  signingKeyRecord,
} from './storage-fixtures.ts'

/** Adds one row to each of the six tables whose rows expire. All have this `expiresAt`, and their ids end in `name`. */
async function addRows(storage: Storage, name: string, expiresAt: number): Promise<void> {
  const grantId = `grant-${name}`
  const end = { expiresAt }
  await storage.records.insert(recordEntry({ id: `record-${name}`, ...end }))
  await issueCode(storage, { grant: { id: grantId, ...end }, code: { id: `code-${name}`, grantId, ...end } })
  await storage.authorizationCodes.redeem({
    id: `code-${name}`,
    now,
    accessToken: accessTokenRecord({ id: `access-${name}`, grantId, ...end }),
    refreshToken: refreshTokenRecord({ id: `refresh-${name}`, grantId, ...end }),
  })
  await storage.accessTokens.revokeJwt({ jti: `jti-${name}`, expiresAt })
}

async function readRows(storage: Storage, name: string): Promise<readonly string[]> {
  const rows: readonly (readonly [string, unknown])[] = [
    ['record', await storage.records.find({ kind: 'kind', id: `record-${name}` })],
    ['code', await storage.authorizationCodes.find(`code-${name}`)],
    ['access', await storage.accessTokens.find(`access-${name}`)],
    ['refresh', await storage.refreshTokens.find(`refresh-${name}`)],
    ['jti', (await storage.accessTokens.findJwt({ jti: `jti-${name}` })).revoked || undefined],
    ['grant', await storage.grants.find(`grant-${name}`)],
  ]
  return rows.filter(([, row]) => row !== undefined).map(([kind]) => kind)
}

const everything = ['record', 'code', 'access', 'refresh', 'jti', 'grant']

export const purgeCases: ContractCases = {
  'purgeExpired removes the rows that expired before now and keeps all others': async (storage) => {
    await addRows(storage, 'past', now - 1)
    await addRows(storage, 'present', now)
    await addRows(storage, 'future', now + 1)
    equal(await storage.purgeExpired({ now, limit: 1000 }), 6, 'storage.purgeExpired')
    equal(await readRows(storage, 'past'), [], 'what expired before now')
    equal(await readRows(storage, 'present'), everything, 'what expires now')
    equal(await readRows(storage, 'future'), everything, 'what expires later')
    equal(await storage.purgeExpired({ now, limit: 1000 }), 0, 'storage.purgeExpired again')
  },

  'purgeExpired does not remove clients, consents and signing keys': async (storage) => {
    await storage.clients.insert(clientRecord({ secrets: [{ hash: 'h', expiresAt: 1 }] }))
    await storage.consents.remember(consentRecord())
    await storage.signingKeys.insert(signingKeyRecord())
    equal(await storage.purgeExpired({ now: now * 2, limit: 1000 }), 0, 'storage.purgeExpired')
    equal((await storage.clients.find('client'))?.secrets.length, 1, 'the client')
    equal((await storage.consents.findById('consent'))?.id, 'consent', 'the consent')
    equal((await storage.signingKeys.list()).length, 1, 'the signing key')
  },

  'purgeExpired removes at most limit rows over all tables': async (storage) => {
    for (const name of ['1', '2', '3', '4']) await addRows(storage, name, now - 10)
    await addRows(storage, 'live', now + 10)
    const left = async () => {
      let rows = 0
      for (const name of ['1', '2', '3', '4']) rows += (await readRows(storage, name)).length
      return rows
    }
    equal(await storage.purgeExpired({ now, limit: 0 }), 0, 'a limit of none')
    equal(await left(), 24, 'the rows after a limit of none')
    let removed = 0
    for (const expected of [7, 7, 7, 3, 0]) {
      const count = await storage.purgeExpired({ now, limit: 7 })
      equal(count, expected, 'storage.purgeExpired with a limit of seven')
      removed += count
      // A code or a refresh token is found only while its grant exists, so fewer rows may be found than are stored.
      equal((await left()) <= 24 - removed, true, `${removed} rows are gone`)
    }
    equal(await left(), 0, 'the rows in the end')
    equal(await readRows(storage, 'live'), everything, 'the live rows')
  },

  'purgeExpired keeps a revoked grant until it would have expired': async (storage) => {
    await issueCode(storage, { grant: { expiresAt: now + 10 } })
    await storage.grants.revoke({ id: 'grant', now: now - 100 })
    equal(await storage.purgeExpired({ now: now + 10, limit: 1000 }), 0, 'storage.purgeExpired before its end')
    const revoked = grantRecord({ expiresAt: now + 10, revokedAt: now - 100 })
    equal(await storage.grants.find('grant'), revoked, 'the revoked grant')
    equal(await storage.purgeExpired({ now: now + 11, limit: 1000 }), 1, 'storage.purgeExpired after its end')
    equal(await storage.grants.find('grant'), undefined, 'the revoked grant after its end')
  },

  'purgeExpired keeps a redeemed code until it expires': async (storage) => {
    await issueCode(storage)
    await storage.authorizationCodes.redeem({ id: 'code', now })
    equal(await storage.purgeExpired({ now: now + 60, limit: 1000 }), 0, 'storage.purgeExpired before its end')
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord({ consumedAt: now }), 'the redeemed code')
    equal(await storage.authorizationCodes.redeem({ id: 'code', now }), 'replayed', 'authorizationCodes.redeem again')
    equal(await storage.purgeExpired({ now: now + 61, limit: 1000 }), 1, 'storage.purgeExpired after its end')
    equal(await storage.authorizationCodes.redeem({ id: 'code', now }), 'dead', 'authorizationCodes.redeem in the end')
  },

  'purgeExpired that removes a grant leaves no code or token that is found with a grant or can be used': async (
    storage,
  ) => {
    await addRows(storage, 'orphan', now + 100)
    await issueCode(storage, { grant: { id: 'short', expiresAt: now - 1 }, code: { grantId: 'short' } })
    const token = accessTokenRecord({ grantId: 'short' })
    const refreshToken = refreshTokenRecord({ grantId: 'short' })
    equal(
      await storage.authorizationCodes.redeem({ id: 'code', now, accessToken: token, refreshToken }),
      'won',
      'redeem',
    )
    const count = await storage.purgeExpired({ now, limit: 1000 })
    equal(count >= 1, true, 'storage.purgeExpired removed the grant, with or without what hangs on it')
    equal(await storage.grants.find('short'), undefined, 'the grant')
    equal(await storage.authorizationCodes.find('code'), undefined, 'its code')
    equal(await storage.authorizationCodes.redeem({ id: 'code', now }), 'dead', 'a redemption of its code')
    equal(await storage.refreshTokens.find('refresh'), undefined, 'its refresh token')
    const rotation = { id: 'refresh', now, successor: refreshTokenRecord({ id: 'next' }), sealedSuccessor: 's' }
    equal(await storage.refreshTokens.rotate(rotation), { outcome: 'dead' }, 'a rotation of its refresh token')
    const found = await storage.accessTokens.find('access')
    // The adapter may delete the token with its grant. If it keeps the token, it must keep the grantId as well, since a
    // token without a grantId is a machine token.
    if (found) equal(found, { token }, 'its access token')
    equal(await readRows(storage, 'orphan'), everything, 'rows of another grant')
  },

  'purgeExpired by fifty concurrent callers counts each row once': async (storage) => {
    for (const name of ['1', '2', '3']) await addRows(storage, name, now - 10)
    const counts = await fifty(() => storage.purgeExpired({ now, limit: 5 }))
    equal(sum(counts), 18, 'the sum of what fifty storage.purgeExpired removed')
  },
}
