import { describe, expect, test } from 'vitest'
import { healthPages, type Readiness } from '../examples/shared/src/health.ts'

const unexpected = (problem: unknown): never => expect.unreachable(String(problem))
const get = (path: string, method = 'GET'): Request => new Request(`http://localhost${path}`, { method })
const fine: Readiness = { ok: true, checks: [{ name: 'storage', ok: true }] }
const broken: Readiness = {
  ok: false,
  checks: [
    { name: 'storage', ok: true },
    { name: 'schema', ok: false, problem: 'the table oauth_clients is missing in /var/lib/secret.db' },
  ],
}

describe('the health pages of the examples', () => {
  test('/healthz answers 200 without a check, also while the storage is unreachable', async () => {
    const pages = healthPages(() => Promise.reject(new Error('asked')), unexpected)
    const answer = await pages(get('/healthz'))
    expect([answer?.status, await answer?.json()]).toEqual([200, { ok: true }])
    expect(answer?.headers.get('cache-control')).toBe('no-store')
  })

  test('/readyz answers 503 with the names of the checks, and writes the problem only to the log (G48)', async () => {
    const log: unknown[] = []
    const pages = healthPages(
      async () => broken,
      (problem) => log.push(problem),
    )
    const answer = await pages(get('/readyz'))
    expect(answer?.status).toBe(503)
    expect(await answer?.json()).toEqual({
      ok: false,
      checks: [
        { name: 'storage', ok: true },
        { name: 'schema', ok: false },
      ],
    })
    expect(log).toEqual(['readiness: schema: the table oauth_clients is missing in /var/lib/secret.db'])
  })

  test('a warning of a check that passes is logged once, and /readyz still answers 200', async () => {
    const log: unknown[] = []
    const checks = [{ name: 'keys', ok: true, problem: 'the clock was set back' }]
    const pages = healthPages(
      async () => ({ ok: true, checks }),
      (problem) => log.push(problem),
    )
    const answer = await pages(get('/readyz'))
    expect([answer?.status, await answer?.json()]).toEqual([200, { ok: true, checks: [{ name: 'keys', ok: true }] }])
    expect(log).toEqual(['readiness: keys: the clock was set back'])
  })

  test('/readyz answers 503 when the check throws, without the message of the error (G48)', async () => {
    const log: unknown[] = []
    const failure = new Error('OAUTH_SECRET is not set')
    const pages = healthPages(
      () => Promise.reject(failure),
      (problem) => log.push(problem),
    )
    const answer = await pages(get('/readyz'))
    expect([answer?.status, await answer?.json()]).toEqual([503, { ok: false, checks: [] }])
    expect(log).toEqual([failure])
  })

  test('a thousand concurrent requests for /readyz cause one check of the storage (G48)', async () => {
    let asked = 0
    const pages = healthPages(async () => {
      asked++
      return fine
    }, unexpected)
    const answers = await Promise.all(Array.from({ length: 1000 }, () => pages(get('/readyz'))))
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]))
    expect(asked).toBe(1)
  })

  test('the health pages refuse other methods, and leave other paths to the application', async () => {
    const pages = healthPages(async () => fine, unexpected)
    expect((await pages(get('/readyz', 'POST')))?.status).toBe(405)
    expect((await pages(get('/healthz', 'HEAD')))?.status).toBe(200)
    for (const path of ['/', '/healthz/', '/login', '/auth/readyz']) expect(pages(get(path))).toBeUndefined()
  })
})
