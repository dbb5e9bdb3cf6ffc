import type { RefreshRotation } from '../storage/refresh-token.ts'
import type { Storage } from '../storage/storage.ts'
import { equal, fifty, rejects, sum } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { accessTokenRecord, grantRecord, issueRefreshToken, now, refreshTokenRecord } from './storage-fixtures.ts'

const seal = { sealedSuccessor: 'sealed', sealedUntil: now + 30 }

/** The arguments of `refreshTokens.rotate` that replace the token `id` by the token `next`. */
function exchange(id: string, next: string, members: Partial<RefreshRotation> = {}): RefreshRotation {
  return { id, now, successor: refreshTokenRecord({ id: next, predecessorId: id }), ...seal, ...members }
}

const tokenOf = async (storage: Storage, id: string) => (await storage.refreshTokens.find(id))?.token

/** Stores two rotated tokens with sealed successors: `first`, replaced by `second`, and `apart`, replaced by `other`. */
async function exchangeTwo(storage: Storage): Promise<void> {
  await issueRefreshToken(storage, { token: { id: 'first' } })
  await storage.refreshTokens.rotate(exchange('first', 'second'))
  await issueRefreshToken(storage, { grant: { id: 'g2' }, token: { id: 'apart', grantId: 'g2' } })
  await storage.refreshTokens.rotate(exchange('apart', 'other'))
}

const first = refreshTokenRecord({ id: 'first', rotatedAt: now, successorId: 'second' })
const apart = refreshTokenRecord({ id: 'apart', grantId: 'g2', rotatedAt: now, successorId: 'other', ...seal })

/** Cases of the sealed successor of a rotated token: who stores it, and when it is cleared. */
export const sealedSuccessorCases: ContractCases = {
  'refreshTokens.rotate clears the sealed successor of the predecessor, and of no other token': async (storage) => {
    await exchangeTwo(storage)
    equal(await tokenOf(storage, 'first'), { ...first, ...seal }, 'the first token before its successor rotates')
    const won = await storage.refreshTokens.rotate(exchange('second', 'third', { predecessorId: 'first' }))
    equal(won, { outcome: 'won' }, 'refreshTokens.rotate of the successor')
    equal(await tokenOf(storage, 'first'), first, 'the first token after refreshTokens.rotate of its successor')
    const second = { id: 'second', predecessorId: 'first', rotatedAt: now, successorId: 'third' }
    equal(await tokenOf(storage, 'second'), refreshTokenRecord({ ...second, ...seal }), 'the successor')
    equal(await tokenOf(storage, 'apart'), apart, 'the token of another grant')
    const found = { token: first, grant: grantRecord(), successorRotated: true }
    equal(await storage.refreshTokens.find('first'), found, 'refreshTokens.find of the first token')
  },

  'refreshTokens.rotate without a sealed successor stores none': async (storage) => {
    await issueRefreshToken(storage)
    const { sealedSuccessor: _sealed, sealedUntil: _until, ...rotation } = exchange('refresh', 'next')
    equal(await storage.refreshTokens.rotate(rotation), { outcome: 'won' }, 'refreshTokens.rotate')
    const rotated = refreshTokenRecord({ rotatedAt: now, successorId: 'next' })
    equal(await tokenOf(storage, 'refresh'), rotated, 'the token after refreshTokens.rotate')
  },

  "refreshTokens.rotate answers 'won' when the predecessor no longer exists": async (storage) => {
    await issueRefreshToken(storage, { token: { predecessorId: 'gone' } })
    const rotation = exchange('refresh', 'next', { predecessorId: 'gone' })
    equal(await storage.refreshTokens.rotate(rotation), { outcome: 'won' }, 'refreshTokens.rotate')
    equal(await tokenOf(storage, 'gone'), undefined, 'the predecessor')
  },

  "refreshTokens.rotate that fails or does not answer 'won' clears no sealed successor": async (storage) => {
    await exchangeTwo(storage)
    const { rotate } = storage.refreshTokens
    const again = await rotate(exchange('first', 'late', { predecessorId: 'apart' }))
    equal(again.outcome, 'rotated', 'refreshTokens.rotate of a rotated token')
    equal(await tokenOf(storage, 'apart'), apart, 'after refreshTokens.rotate of a rotated token')
    await storage.accessTokens.insert(accessTokenRecord({ id: 'taken' }))
    const failing = { predecessorId: 'first', accessToken: accessTokenRecord({ id: 'taken', grantId: 'grant' }) }
    await rejects(() => rotate(exchange('second', 'third', failing)), 'refreshTokens.rotate with a taken id')
    equal(await tokenOf(storage, 'first'), { ...first, ...seal }, 'after a refreshTokens.rotate that failed')
    await storage.grants.revoke({ id: 'grant', now })
    const dead = await rotate(exchange('second', 'third', { predecessorId: 'first' }))
    equal(dead, { outcome: 'dead' }, 'refreshTokens.rotate under a revoked grant')
    equal(await tokenOf(storage, 'first'), { ...first, ...seal }, 'after refreshTokens.rotate under a revoked grant')
  },

  'purgeExpired clears a sealed successor after sealedUntil, counts it, and keeps the token': async (storage) => {
    await exchangeTwo(storage)
    equal(await storage.purgeExpired({ now: now + 30, limit: 10 }), 0, 'purgeExpired at the end of the window')
    equal(await tokenOf(storage, 'first'), { ...first, ...seal }, 'the token after purgeExpired at the end')
    equal(await storage.purgeExpired({ now: now + 31, limit: 0 }), 0, 'purgeExpired with a limit of none')
    equal(await storage.purgeExpired({ now: now + 31, limit: 1 }), 1, 'purgeExpired with a limit of one')
    const left = [await tokenOf(storage, 'first'), await tokenOf(storage, 'apart')]
    equal(left.filter((token) => token?.sealedSuccessor !== undefined).length, 1, 'sealed after purgeExpired of one')
    equal(await storage.purgeExpired({ now: now + 31, limit: 10 }), 1, 'purgeExpired of the rest')
    equal(await storage.purgeExpired({ now: now + 31, limit: 10 }), 0, 'purgeExpired when all are cleared')
    const { sealedSuccessor: _sealed, sealedUntil: _until, ...cleared } = apart
    equal(await tokenOf(storage, 'first'), first, 'the first token after purgeExpired')
    equal(await tokenOf(storage, 'apart'), cleared, 'the other token after purgeExpired')
    equal((await tokenOf(storage, 'second'))?.id, 'second', 'the successor')
  },

  'purgeExpired by fifty concurrent callers clears and counts each sealed successor once': async (storage) => {
    for (let row = 0; row < 20; row += 1) {
      await issueRefreshToken(storage, { grant: { id: `g${row}` }, token: { id: `t${row}`, ...seal, rotatedAt: now } })
    }
    const counts = await fifty(() => storage.purgeExpired({ now: now + 31, limit: 3 }))
    equal(sum(counts), 20, 'the sum of what fifty purgeExpired cleared')
  },
}
