import { afterEach, describe, expect, test, vi } from 'vitest'
import { createUserAgent } from '../../../examples/server/test/user-agent.ts'
import { type AttemptLimits, memoryAttempts } from '../src/index.ts'
import { grace, password, startWorld } from './support.ts'

afterEach(() => void vi.useRealTimers())

function setUp(limits: AttemptLimits = {}) {
  const attempts = memoryAttempts({
    clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined,
    ...limits,
  })
  const attempt = (email: string, ip: string, kind: 'sign_in' | 'sign_up') => ({
    kind,
    email,
    request: new Request('http://localhost/', { headers: { 'x-real-ip': ip } }),
  })
  return {
    begin: (email: string, ip = '192.0.2.1', kind: 'sign_in' | 'sign_up' = 'sign_in') =>
      attempts.begin(attempt(email, ip, kind)),
    succeeded: (email: string, ip = '192.0.2.1') => attempts.succeeded(attempt(email, ip, 'sign_in')),
  }
}

describe('attempts for one e-mail address', () => {
  test('are counted apart from those of others, and forgotten after a right password', () => {
    const { begin, succeeded } = setUp({ limit: 2 })
    expect([1, 2, 3].map(() => begin('a'))).toEqual([true, true, false])
    expect(begin('b')).toBe(true)
    expect(begin('a', '192.0.2.1', 'sign_up')).toBe(true)
    succeeded('a')
    expect(begin('a')).toBe(true)
  })

  test('are not forgotten when an attacker invents addresses (G30)', () => {
    const { begin } = setUp({ remembered: 100, clientLimit: 1_000_000 })
    for (let time = 0; time < 10; time++) expect(begin('ada')).toBe(true)
    for (let time = 0; time < 6; time++) expect(begin('grace')).toBe(true)
    for (let index = 0; index < 1000; index++) expect(begin(`invented-${index}`)).toBe(true)
    expect(begin('ada')).toBe(false)
    expect([1, 2, 3, 4, 5].map(() => begin('grace'))).toEqual([true, true, true, true, false])
  })

  test('for new addresses are refused while too many are nearly used up, until their time is over (G30)', () => {
    vi.useFakeTimers()
    const { begin } = setUp({ limit: 2, remembered: 3, seconds: 60, clientLimit: 1_000_000 })
    for (const email of ['a', 'b', 'c']) expect([begin(email), begin(email)]).toEqual([true, true])
    expect(begin('d')).toBe(false)
    expect(begin('a')).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect([begin('d'), begin('a'), begin('e'), begin('f')]).toEqual([true, true, true, true])
  })

  test('end with their time', () => {
    vi.useFakeTimers()
    const { begin } = setUp({ limit: 1, seconds: 60 })
    expect([begin('a'), begin('a')]).toEqual([true, false])
    vi.advanceTimersByTime(59_000)
    expect(begin('a')).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(begin('a')).toBe(true)
  })
})

describe('attempts from one network address', () => {
  test('stop one password on many accounts, and right passwords do not count (G30)', () => {
    const { begin, succeeded } = setUp({ clientLimit: 3 })
    for (let time = 0; time < 10; time++) {
      expect(begin('ada')).toBe(true)
      succeeded('ada')
    }
    expect(['a', 'b', 'c', 'd'].map((email) => begin(email))).toEqual([true, true, true, false])
    expect(begin('d', '192.0.2.2')).toBe(true)
  })

  test('are those of the whole network with IPv6, and of the nearest proxy in a list', () => {
    const { begin } = setUp({ clientLimit: 2 })
    const from = (ip: string, email: string) => begin(email, ip)
    expect([from('2001:db8::1', 'a'), from('2001:db8:0:0:ffff::2', 'b'), from('2001:db8::3', 'c')]).toEqual([
      true,
      true,
      false,
    ])
    expect(from('2001:db8:0:1::1', 'd')).toBe(true)
    const listed = ['203.0.113.1, 198.51.100.7', '203.0.113.2, 198.51.100.7', '203.0.113.3, 198.51.100.7']
    expect(listed.map((ip, index) => from(ip, `e${index}`))).toEqual([true, true, false])
  })

  test('limit how many accounts are made from there', async () => {
    const attempts = memoryAttempts({
      clientLimit: 2,
      clientAddress: (request) => request.headers.get('host') ?? undefined,
    })
    const world = await startWorld({ pages: { attempts } })
    const statuses: number[] = []
    for (const name of ['a', 'b', 'c']) {
      const agent = createUserAgent()
      const form = await agent.open(`${world.baseUrl}/signup`)
      const account = { name, email: `${name}@example.com`, password: 'long enough for this' }
      statuses.push((await agent.submit(form, 'Create account', account)).status)
    }
    expect(statuses).toEqual([200, 200, 429])
    const agent = createUserAgent()
    const login = await agent.open(`${world.baseUrl}/login`)
    expect((await agent.submit(login, 'Sign in', { email: grace.email, password })).status).toBe(200)
    await world.stop()
  })
})

test.each(['limit', 'seconds', 'remembered', 'clientLimit'])(
  'memoryAttempts refuses a %s that is no whole number above 0',
  (name) => {
    for (const value of [0, 1.5, Number.NaN, '10']) {
      expect(() => memoryAttempts({ [name]: value })).toThrow(`memoryAttempts: ${name} must be a whole number above 0`)
    }
  },
)
