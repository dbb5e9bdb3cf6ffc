import { afterEach, describe, expect, test, vi } from 'vitest'
import { flows } from '../src/flows/flows.ts'
import { perform, startRun } from '../src/run.ts'
import { errorOf } from '../src/world/exchange.ts'
import { defaults, type Switches } from '../src/world/switches.ts'

const servers: Readonly<Record<string, Partial<Switches>>> = {
  'the switches as they are at first': {},
  'opaque tokens': { format: 'opaque' },
  'every request pushed and signed, every response signed, every token bound': {
    par: true,
    jar: true,
    jarm: true,
    dpop: true,
    algorithm: 'ES256',
  },
  'pairwise subjects, trusted apps and no reuse window': {
    pairwise: true,
    consent: false,
    reuseWindow: 0,
    scopeClaims: false,
    algorithm: 'EdDSA',
  },
}

describe.each(Object.entries(servers))('with %s', (_, chosen) => {
  const changed = Object.keys(chosen)
  const concerned = flows.filter(
    ({ switches }) => changed.length === 0 || switches.some((name) => changed.includes(name)),
  )

  test.each(concerned)('the flow "$title" runs to its end, and every attack is refused as expected', async (flow) => {
    const usable = Object.fromEntries(
      Object.entries(chosen).filter(([name]) => (flow.switches as readonly string[]).includes(name)),
    )
    const run = await startRun(flow, { ...defaults, ...usable, ...flow.fixed })
    const surprises: string[] = []
    for (const step of run.steps) {
      const { verdict, exchanges } = await perform(run, step)
      const last = exchanges.at(-1)
      if (verdict === 'as planned' || last === undefined) continue
      const events = last.events.map((event) => JSON.stringify(event))
      surprises.push(
        `${step.id} was ${verdict}: ${last.answer.status} ${last.answer.body.slice(-500)} ${errorOf(last) ?? ''} ${events.join(' ')}`,
      )
    }
    expect(surprises.join('\n')).toBe('')
    expect(new Set(run.steps.map(({ id }) => id)).size).toBe(run.steps.length)
  })
})

describe('a reader who reads for an hour before each request', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each(flows)('finds the flow "$title" as it was: its clock stands still meanwhile', async (flow) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const run = await startRun(flow, { ...defaults, algorithm: 'ES256', ...flow.fixed })
    for (const step of run.steps) {
      vi.setSystemTime(Date.now() + 3_600_000)
      expect((await perform(run, step)).verdict, step.title).toBe('as planned')
    }
  })
})
