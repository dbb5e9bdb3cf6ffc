import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Storage } from '../../../core/src/index.ts'
import {
  accessTokenRecord,
  codeRecord,
  grantRecord,
  now,
  refreshTokenRecord,
} from '../../../core/src/testing/storage-fixtures.ts'
import { remoteStorage } from './remote-storage.ts'
import { prepareWorker, serveWorker, type Workerd } from './serve-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-workerd-kills-'))
const rounds = 4
let workerd: Workerd

beforeAll(async () => {
  await prepareWorker(folder)
  workerd = await serveWorker(folder)
}, 60_000)

afterAll(async () => {
  await workerd?.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
})

/** A storage whose calls go to workerd, whichever process of it runs now. */
const storageOf = (kind: string): Storage =>
  remoteStorage({
    fetch: async (request) => fetch(`${workerd.url}/call/${kind}`, { method: 'POST', body: await request.text() }),
  })

/** What the callers were told before workerd was killed. */
interface Told {
  readonly redeemed: string[]
  readonly rotated: string[]
  readonly revoked: string[]
}

/** Adds a grant with its code, redeems the code for tokens, rotates the refresh token, and revokes every fourth grant. */
async function serveOne(storage: Storage, id: string, told: Told): Promise<void> {
  const grant = grantRecord({ id: `g${id}` })
  await storage.grants.commit({ grant, code: codeRecord({ id: `c${id}`, grantId: grant.id }) })
  const outcome = await storage.authorizationCodes.redeem({
    id: `c${id}`,
    now,
    accessToken: accessTokenRecord({ id: `a${id}`, grantId: grant.id }),
    refreshToken: refreshTokenRecord({ id: `r${id}`, grantId: grant.id }),
  })
  if (outcome !== 'won') throw new Error(`the first redemption of ${id} was ${outcome}`)
  told.redeemed.push(id)
  const successor = refreshTokenRecord({ id: `s${id}`, grantId: grant.id, predecessorId: `r${id}` })
  const rotation = await storage.refreshTokens.rotate({ id: `r${id}`, now, successor })
  if (rotation.outcome !== 'won') throw new Error(`the first rotation of ${id} was ${rotation.outcome}`)
  told.rotated.push(id)
  if (!id.endsWith('0')) return
  await storage.grants.revoke({ id: grant.id, now })
  told.revoked.push(id)
}

/** Runs callers until workerd is killed under them. */
async function serveUntilKilled(kind: string, round: number, told: Told): Promise<void> {
  const storage = storageOf(kind)
  let next = 0
  let isKilled = false
  const caller = async (): Promise<void> => {
    while (!isKilled) {
      try {
        await serveOne(storage, `${kind}-${round}-${next++}`, told)
      } catch (error) {
        if (!isKilled) throw error
      }
    }
  }
  const callers = Array.from({ length: 8 }, caller)
  const before = told.rotated.length
  while (told.rotated.length < before + 15) await new Promise((resolve) => setTimeout(resolve, 1))
  isKilled = true
  await workerd.end('SIGKILL')
  await Promise.all(callers)
  workerd = await serveWorker(folder)
}

describe.each(['inside', 'd1'])('workerd that is killed with SIGKILL in the middle of commits (%s)', (kind) => {
  test('loses nothing that was answered, and redeems and rotates nothing twice', async () => {
    const told: Told = { redeemed: [], rotated: [], revoked: [] }
    for (let round = 0; round < rounds; round++) await serveUntilKilled(kind, round, told)
    expect(told.revoked.length).toBeGreaterThan(0)

    const storage = storageOf(kind)
    for (const id of told.redeemed) {
      expect(await storage.authorizationCodes.redeem({ id: `c${id}`, now }), id).toBe('replayed')
      expect(await storage.accessTokens.find(`a${id}`), id).toMatchObject({ grant: { id: `g${id}` } })
    }
    for (const id of told.rotated) {
      const successor = refreshTokenRecord({ id: `x${id}`, grantId: `g${id}` })
      const { outcome } = await storage.refreshTokens.rotate({ id: `r${id}`, now, successor })
      expect(outcome, id).not.toBe('won')
      // A revocation whose answer was lost in the kill may have taken place.
      if (told.revoked.includes(id)) expect(outcome, id).toBe('dead')
      else if (!id.endsWith('0')) expect(outcome, id).toBe('rotated')
      expect(await storage.refreshTokens.find(`s${id}`), id).toBeDefined()
    }
    for (const id of told.revoked) expect((await storage.grants.find(`g${id}`))?.revokedAt, id).toBe(now)
  }, 120_000)

  test('leaves no half of a commit: a code without its tokens is one that nobody has redeemed', async () => {
    const storage = storageOf(kind)
    let halves = 0
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; ; index++) {
        const id = `${kind}-${round}-${index}`
        const found = await storage.authorizationCodes.find(`c${id}`)
        // The last eight may have been killed before their first write.
        if (found === undefined && index > 30) break
        if (found === undefined) continue
        const isConsumed = found.code.consumedAt !== undefined
        const access = await storage.accessTokens.find(`a${id}`)
        const refresh = await storage.refreshTokens.find(`r${id}`)
        if (isConsumed !== (access !== undefined) || isConsumed !== (refresh !== undefined)) halves++
      }
    }
    expect(halves).toBe(0)
  }, 120_000)
})
