import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareWorker, serveWorker, type Workerd } from './serve-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-shared-work-'))
let workerd: Workerd

beforeAll(async () => {
  await prepareWorker(folder, 'shared-work-worker.ts')
  workerd = await serveWorker(folder)
  expect(await statusOf('migrate')).toBe(200)
}, 60_000)

afterAll(async () => {
  await workerd?.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
})

async function statusOf(path: string, signal: AbortSignal = AbortSignal.timeout(25_000)): Promise<number> {
  const { status } = await fetch(`${workerd.url}/${path}`, { signal, redirect: 'manual' })
  return status
}

/** Sends a request whose work does not end, and goes away. */
async function goAway(path: string): Promise<void> {
  await makeSlow(path)
  const impatient = new AbortController()
  const asked = statusOf(path, impatient.signal).catch(() => 'gone')
  await sleep(300)
  impatient.abort()
  expect(await asked).toBe('gone')
}

/** Makes the next call of the database or of the host take longer than its request. */
const makeSlow = (path: string): Promise<number> => statusOf(`slow/${path.split('/')[0]}`)

const authorize = (client: string) =>
  `auth/oauth2/authorize?${new URLSearchParams({
    client_id: `https://app.example/${client}`,
    redirect_uri: 'https://app.example/callback',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })}`

test.each([
  ['the check of the tables in D1', 'tables/auth/jwks', 200],
  ['the call for the options of a tenant', 'tenants/t/acme/auth/jwks', 200],
  ['the list of the keys outside', 'keys-outside/auth/jwks', 200],
  ['the signature of the metadata', 'signed-metadata/auth/.well-known/openid-configuration', 200],
  ['the fetch of a client document', `documents/${authorize('client.json')}`, 302],
])('requests do not depend on %s by a request whose client went away', { timeout: 60_000 }, async (_, path, status) => {
  const leaving = goAway(path)
  await sleep(150)
  const staying = [statusOf(path), statusOf(path)]
  await leaving
  expect(await Promise.all([...staying, statusOf(path)])).toEqual([status, status, status])
})

// Whoever waits for a promise of a request that has ended gets an error of workerd, or nothing.
describe('work that a request has left behind, and that ended with it, is begun anew', () => {
  test('the check of the readiness page', { timeout: 60_000 }, async () => {
    await makeSlow('readiness/readyz')
    expect(await statusOf('readiness/readyz')).toBe(503)
    expect(await Promise.all([statusOf('readiness/readyz'), statusOf('readiness/readyz')])).toEqual([200, 200])
  })

  test('the read of the signing keys while the known ones are used', { timeout: 60_000 }, async () => {
    const path = 'keys/auth/jwks'
    expect(await statusOf(path)).toBe(200)
    // Between one and two times as old as keys may be (2 s), wherever in a second they were read.
    await sleep(2100)
    await makeSlow(path)
    expect(await statusOf(path)).toBe(200)
    await sleep(2100)
    expect(await Promise.all([statusOf(path), statusOf(path)])).toEqual([200, 200])
  })
})
