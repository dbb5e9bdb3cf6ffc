import type { AccessTokenRecord } from '../storage/access-token.ts'
import { equal, fifty, rejects, succeeds, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  difficultText,
  grantRecord,
  issueCode,
  longText,
  lookalikes,
  now,
  withTokenGrant,
} from './storage-fixtures.ts'

export const accessTokenCases: ContractCases = {
  'accessTokens.find returns every member of a token exactly as accessTokens.insert stored it': async ({
    accessTokens,
  }) => {
    const full: AccessTokenRecord = {
      id: 'full',
      secretHash: 'hash',
      clientId: difficultText,
      grantId: 'of-no-grant',
      scope: ['openid', 'a:b', 'c/d'],
      audience: ['https://rs.example.com/a b', longText, 'urn:x'],
      extra: { act: { sub: difficultText }, none: null, zero: 0 },
      createdAt: now,
      expiresAt: 1,
    }
    const bare = accessTokenRecord({ id: 'bare', scope: [], audience: [] })
    for (const record of [full, bare, accessTokenRecord()]) {
      await accessTokens.insert(record)
      equal(
        await accessTokens.find(record.id),
        { token: record },
        `accessTokens.find after accessTokens.insert of ${record.id}`,
      )
    }
    equal(await accessTokens.find('nothing'), undefined, 'accessTokens.find of an unknown id')
  },

  'accessTokens.find returns the current state of the grant, its revocation included': async (storage) => {
    const session = { sessionId: 's', authTime: 5, acr: 'a', amr: ['pwd'], referenceId: 'r' }
    const full = grantRecord({ ...session, scope: ['g'], claims: { userinfo: { name: null } } })
    await issueCode(storage, { grant: full })
    const token = accessTokenRecord({ grantId: 'grant', scope: ['t'], createdAt: now + 1, expiresAt: now + 2 })
    await storage.accessTokens.insert(token)
    const found = { token, grant: full }
    equal(withTokenGrant(await storage.accessTokens.find('access')), withTokenGrant(found), 'the token and its grant')
    await storage.grants.revoke({ id: 'grant', now: now + 9 })
    const revoked = { token, grant: { ...full, revokedAt: now + 9 } }
    equal(
      withTokenGrant(await storage.accessTokens.find('access')),
      withTokenGrant(revoked),
      'the token and its revoked grant',
    )
    await storage.accessTokens.insert(accessTokenRecord({ id: 'folded', grantId: 'Grant' }))
    const folded = await storage.accessTokens.find('folded')
    equal(folded?.grant, undefined, 'the grant of a token that names it in another case')
  },

  'accessTokens.insert fails when the id is taken, and keeps the stored token': async ({ accessTokens }) => {
    await accessTokens.insert(accessTokenRecord())
    await rejects(() => accessTokens.insert(accessTokenRecord({ scope: ['admin'] })), 'accessTokens.insert again')
    equal(await accessTokens.find('access'), { token: accessTokenRecord() }, 'the token that was there')
  },

  'accessTokens.insert by fifty concurrent callers stores every token': async ({ accessTokens }) => {
    await fifty((caller) => accessTokens.insert(accessTokenRecord({ id: `a${caller}` })))
    const found = await fifty(async (caller) => (await accessTokens.find(`a${caller}`))?.token.id)
    equal(
      found,
      found.map((_, caller) => `a${caller}`),
      'the ids found',
    )
  },

  'accessTokens.insert of one id succeeds for exactly one of fifty concurrent callers': async ({ accessTokens }) => {
    const done = await fifty((caller) =>
      succeeds(() => accessTokens.insert(accessTokenRecord({ scope: [`s${caller}`] }))),
    )
    equal(tally(done), { true: 1, false: 49 }, 'which of fifty accessTokens.insert succeeded')
    const winner = accessTokenRecord({ scope: [`s${done.indexOf(true)}`] })
    equal(await accessTokens.find('access'), { token: winner }, 'the token is the winner’s')
  },

  'accessTokens compares ids byte for byte': async ({ accessTokens }) => {
    for (const id of lookalikes) await accessTokens.insert(accessTokenRecord({ id }))
    for (const id of lookalikes) equal((await accessTokens.find(id))?.token.id, id, `accessTokens.find of "${id}"`)
    equal(await accessTokens.find('aBC-1'), undefined, 'accessTokens.find of an id in another case')
    const [first = '', ...others] = lookalikes
    await accessTokens.delete(first)
    for (const id of others) equal((await accessTokens.find(id))?.token.id, id, `"${id}" after another was deleted`)
  },

  'accessTokens.delete removes only the token with that id, and can be repeated': async ({ accessTokens }) => {
    await accessTokens.insert(accessTokenRecord())
    await accessTokens.insert(accessTokenRecord({ id: 'other' }))
    await accessTokens.delete('access')
    await accessTokens.delete('access')
    equal(await accessTokens.find('access'), undefined, 'the deleted token')
    equal((await accessTokens.find('other'))?.token.id, 'other', 'the other token')
  },

  'accessTokens.delete of one id succeeds for all of fifty concurrent callers': async ({ accessTokens }) => {
    await accessTokens.insert(accessTokenRecord())
    equal(tally(await fifty(() => succeeds(() => accessTokens.delete('access')))), { true: 50 }, 'fifty delete')
    equal(await accessTokens.find('access'), undefined, 'the deleted token')
  },

  'accessTokens.findJwt returns the revocation of the JWT and its grant': async (storage) => {
    const { accessTokens } = storage
    const grant = grantRecord({ sessionId: 's', amr: [] })
    await issueCode(storage, { grant })
    equal(await accessTokens.findJwt({ jti: 'j1' }), { revoked: false }, 'without a grant')
    equal(
      withTokenGrant(await accessTokens.findJwt({ jti: 'j1', grantId: 'grant' })),
      withTokenGrant({ revoked: false, grant }),
      'with its grant',
    )
    equal(await accessTokens.findJwt({ jti: 'j1', grantId: 'Grant' }), { revoked: false }, 'with an unknown grant')
    await accessTokens.revokeJwt({ jti: 'j1', expiresAt: now })
    await accessTokens.revokeJwt({ jti: 'j1', expiresAt: now })
    equal(await accessTokens.findJwt({ jti: 'j1' }), { revoked: true }, 'revoked')
    equal(
      withTokenGrant(await accessTokens.findJwt({ jti: 'j1', grantId: 'grant' })),
      withTokenGrant({ revoked: true, grant }),
      'revoked, with its grant',
    )
    equal(await accessTokens.findJwt({ jti: 'J1' }), { revoked: false }, 'another jti')
    await accessTokens.revokeJwt({ jti: 'old', expiresAt: 1 })
    equal(
      await accessTokens.findJwt({ jti: 'old' }),
      { revoked: true },
      'accessTokens.findJwt after an accessTokens.revokeJwt that expired long ago: the core has the clock',
    )
    await storage.grants.revoke({ id: 'grant', now: now + 2 })
    const later = { revoked: false, grant: { ...grant, revokedAt: now + 2 } }
    equal(
      withTokenGrant(await accessTokens.findJwt({ jti: 'j2', grantId: 'grant' })),
      withTokenGrant(later),
      'under a revoked grant',
    )
  },

  'accessTokens.revokeJwt of one JWT succeeds for all of fifty concurrent callers': async ({ accessTokens }) => {
    await fifty(() => accessTokens.revokeJwt({ jti: 'jti', expiresAt: now }))
    equal(await accessTokens.findJwt({ jti: 'jti' }), { revoked: true }, 'accessTokens.findJwt')
  },
}
