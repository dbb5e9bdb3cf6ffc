import type { OAuthEvent } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { baseUrl, createWorld, type WorldOptions } from '../support/world.ts'

const request = (path: string, method = 'GET'): Request => new Request(baseUrl + path, { method })

function healthyWorld(options: WorldOptions = {}) {
  const events: OAuthEvent[] = []
  const world = createWorld({ healthPages: true, onEvent: (event) => events.push(event), ...options })
  const page = async (path: string, method?: string) => {
    const response = await world.provider.fetch(request(path, method))
    return { status: response.status, cache: response.headers.get('cache-control'), body: await response.text() }
  }
  return { world, page, changes: () => events.filter(({ type }) => type === 'readiness.changed') }
}

/** A storage whose `check` answers what the test says. */
function checked(check: () => Promise<string | undefined>) {
  return { ...memoryStorage(), check }
}

const ok = ['storage', 'schema', 'keys'].map((name) => ({ name, ok: true }))

describe('the health pages', () => {
  test('/healthz answers without touching the storage, also while that hangs (G48)', async () => {
    let asked = 0
    const { page } = healthyWorld({
      storage: checked(() => {
        asked += 1
        return new Promise(() => undefined)
      }),
    })
    expect(await page('/healthz')).toEqual({ status: 200, cache: 'no-store', body: '{"ok":true}' })
    expect(asked).toBe(0)
  })

  test('/readyz answers 200 when storage, schema and keys are usable', async () => {
    const { page, changes } = healthyWorld()
    const { status, cache, body } = await page('/readyz')
    expect([status, cache, JSON.parse(body)]).toEqual([200, 'no-store', { ok: true, checks: ok }])
    expect(changes()).toEqual([])
  })

  test('/readyz believes the later of two checks, also when the earlier one ends after it', async () => {
    const ends: ((problem: string | undefined) => void)[] = []
    const storage = checked(() => new Promise((resolve) => ends.push(resolve)))
    const { page, changes } = healthyWorld({ storage })
    const slow = page('/readyz')
    const next = page('/readyz')
    await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(2)
    ends[1]?.(undefined)
    await Promise.all([slow, next])
    expect((await page('/readyz')).status).toBe(200)
    ends[0]?.('the table oauth_clients is missing')
    await new Promise((resolve) => setImmediate(resolve))
    expect((await page('/readyz')).status).toBe(200)
    expect(changes()).toEqual([])
  })

  test('/readyz shows which check failed and never why; the reason is an event, once for each change (G48)', async () => {
    let problem: string | undefined = 'the table oauth_clients is missing in /var/lib/secret.db'
    const { page, changes } = healthyWorld({ storage: checked(async () => problem) })
    const broken = await page('/readyz')
    expect(broken.status).toBe(503)
    expect(JSON.parse(broken.body).checks[1]).toEqual({ name: 'schema', ok: false })
    expect(broken.body).not.toContain('secret.db')
    await new Promise((resolve) => setTimeout(resolve, 1050))
    await page('/readyz')
    expect(changes()).toEqual([
      {
        type: 'readiness.changed',
        ready: false,
        problems: [`schema: ${problem}`, 'keys: not checked, because of the problem before'],
      },
    ])
    problem = undefined
    await new Promise((resolve) => setTimeout(resolve, 1050))
    expect((await page('/readyz')).status).toBe(200)
    expect(changes().at(-1)).toEqual({ type: 'readiness.changed', ready: true, problems: [] })
  })

  test('a thousand requests for /readyz are one check of the storage (G48)', async () => {
    let asked = 0
    const { page } = healthyWorld({
      storage: checked(async () => {
        asked += 1
        return undefined
      }),
    })
    const answers = await Promise.all(Array.from({ length: 1000 }, () => page('/readyz')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    for (let time = 0; time < 100; time++) await page('/readyz')
    expect(asked).toBe(1)
  })

  test('/readyz answers 503 while the storage hangs, before the check has ended (G48)', async () => {
    const { page, world } = healthyWorld({ storage: checked(() => new Promise(() => undefined)) })
    let isChecked = false
    const check = world.provider.ready().then(() => {
      isChecked = true
    })
    expect(await page('/readyz')).toMatchObject({ status: 503, body: '{"ok":false,"checks":[]}' })
    expect(isChecked).toBe(false)
    await check
  })

  test('a server that drains is not ready any more, and goes on serving', async () => {
    const { page, world } = healthyWorld()
    expect((await world.provider.ready()).ok).toBe(true)
    expect((await page('/readyz')).status).toBe(200) // an answer that stands for a second
    world.provider.drain()
    const { status, body } = await page('/readyz')
    expect([status, JSON.parse(body)]).toEqual([503, { ok: false, checks: [{ name: 'running', ok: false }] }])
    expect((await world.provider.ready()).checks[0]?.problem).toContain('provider.drain()')
    expect((await page('/healthz')).status).toBe(200)
    expect((await page('/auth/jwks')).status).toBe(200)
  })

  test('that a server ends as it was told is logged as information, and a storage that is away as an error', async () => {
    const levels: string[] = []
    const noting =
      (level: string) =>
      ({ type }: OAuthEvent) =>
        type === 'readiness.changed' && levels.push(level)
    const logger = { info: noting('info'), warn: noting('warn'), error: noting('error') }
    const ending = healthyWorld({ logger })
    ending.world.provider.drain()
    expect((await ending.page('/readyz')).status).toBe(503)
    expect(levels).toEqual(['info'])
    const broken = healthyWorld({ logger, storage: checked(async () => 'the database is away') })
    expect((await broken.page('/readyz')).status).toBe(503)
    expect(levels).toEqual(['info', 'error'])
  })

  test('a server that drains is not ready at once, whatever the page has just answered', async () => {
    const { page, world } = healthyWorld()
    expect((await page('/readyz')).status).toBe(200)
    const asked = page('/readyz')
    world.provider.drain()
    await asked
    expect((await page('/readyz')).status).toBe(503)
  })

  test('the pages belong to the server, refuse other methods, and leave other paths to the application', async () => {
    const { page, world } = healthyWorld()
    for (const path of ['/healthz', '/readyz']) expect(world.provider.matches(request(path))).toBe(true)
    for (const path of ['/', '/healthz/', '/readyz/x', '/health'])
      expect(world.provider.matches(request(path))).toBe(false)
    expect((await page('/readyz', 'POST')).status).toBe(405)
    expect(await page('/readyz', 'HEAD')).toMatchObject({ status: 200 })
  })

  test('without the option there are no such pages, and other paths take the place of the usual ones', async () => {
    const { provider } = createWorld()
    expect(provider.matches(request('/readyz'))).toBe(false)
    const { world } = healthyWorld({ healthPages: { live: '/live', ready: '/internal/ready' } })
    expect(world.provider.matches(request('/internal/ready'))).toBe(true)
    expect(world.provider.matches(request('/readyz'))).toBe(false)
    expect(() => createWorld({ healthPages: { live: 'healthz' } })).toThrow('healthPages')
    expect(() => createWorld({ healthPages: { live: '/x', ready: '/x' } })).toThrow('must be two paths')
  })
})
