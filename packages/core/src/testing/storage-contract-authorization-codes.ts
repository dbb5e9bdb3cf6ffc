import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import { equal } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { codeRecord, difficultText, grantRecord, issueCode, longText, lookalikes, now } from './storage-fixtures.ts'

export const authorizationCodeCases: ContractCases = {
  'authorizationCodes.find returns every member of a code and of its grant exactly as grants.commit stored it': async ({
    authorizationCodes,
    grants,
  }) => {
    const full: AuthorizationCodeRecord = {
      id: 'full',
      secretHash: 'hash',
      grantId: 'full-grant',
      redirectUri: longText,
      redirectUriSent: false,
      codeChallenge: 'challenge',
      nonce: difficultText,
      extra: { cnf: { jkt: difficultText }, empty: {}, list: [1, null, 'x'] },
      createdAt: now,
      expiresAt: 1,
      consumedAt: now + 1,
    }
    const grant = grantRecord({
      id: 'full-grant',
      sessionId: 's',
      authTime: 5,
      acr: 'a',
      amr: ['pwd'],
      referenceId: 'r',
    })
    equal(await grants.commit({ grant, code: full }), 'won', 'grants.commit')
    equal(
      await authorizationCodes.find('full'),
      { code: full, grant },
      'authorizationCodes.find after grants.commit of the full code, consumed and expired',
    )
    await grants.commit({ grant: grantRecord(), code: codeRecord() })
    equal(
      await authorizationCodes.find('code'),
      { code: codeRecord(), grant: grantRecord() },
      'authorizationCodes.find of the minimal code',
    )
    await grants.commit({
      grant: grantRecord({ id: 'ended', revokedAt: now }),
      code: codeRecord({ id: 'ended', grantId: 'ended' }),
    })
    const { grant: ended } = (await authorizationCodes.find('ended')) ?? {}
    equal(ended, grantRecord({ id: 'ended', revokedAt: now }), 'authorizationCodes.find under a revoked grant')
    equal(await authorizationCodes.find('nothing'), undefined, 'authorizationCodes.find of an unknown id')
  },

  'authorizationCodes compares ids byte for byte': async (storage) => {
    for (const id of lookalikes) await issueCode(storage, { grant: { id }, code: { id, grantId: id } })
    for (const id of lookalikes) {
      const found = await storage.authorizationCodes.find(id)
      equal([found?.code.id, found?.grant.id], [id, id], `the code and the grant of "${id}"`)
    }
    equal(await storage.authorizationCodes.find('aBC-1'), undefined, 'authorizationCodes.find in another case')
    equal(
      await storage.authorizationCodes.redeem({ id: 'aBC-1', now }),
      'dead',
      'authorizationCodes.redeem in another case',
    )
    const [first = '', ...others] = lookalikes
    equal(await storage.authorizationCodes.redeem({ id: first, now }), 'won', 'authorizationCodes.redeem')
    for (const id of others) {
      equal((await storage.authorizationCodes.find(id))?.code.consumedAt, undefined, `"${id}" is not consumed`)
    }
  },
}
