import { consoleLogger, type Logger, type OAuthEvent } from '@oauth/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { post, registerConfidential } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld } from '../support/world.ts'

const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(values.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Waits until the lines that wait for others are written. */
const written = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

/** Logs an event, and returns everything that was written. */
async function logged(event: OAuthEvent, options: Parameters<typeof consoleLogger>[0] = {}): Promise<string> {
  const logger = consoleLogger({ level: 'info', ...options })
  logger.info?.(event, event.type)
  await written()
  return printed.join('\n')
}

const refused = (description: string): OAuthEvent => ({
  type: 'request.refused',
  endpoint: 'token',
  error: 'invalid_request',
  status: 400,
  description,
})

/** Line breaks of all kinds, control characters, and marks that hide or turn around what follows. */
const unprintable = [
  ...[
    '\n',
    '\r',
    '\r\n',
    '\u000b',
    '\u000c',
    '\u0085',
    '\u2028',
    '\u2029',
    '\0',
    '\b',
    '\u001b[2K',
    '\u007f',
    '\u009b1m',
  ],
  ...[
    '\u200b',
    '\u200e',
    '\u200f',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\u061c',
    '\ufeff',
    '\u00ad',
    '\u{e0041}',
    '\ud800',
  ],
]

describe('lines that nobody can forge (G50)', () => {
  test.each(unprintable.map((text) => [JSON.stringify(text), text]))(
    'the text %s of a client stays within its quotation marks, as text and as JSON (G50)',
    async (_name, text) => {
      const forged = `x${text}2026-01-01T00:00:00Z error request.failed endpoint=token`
      for (const format of ['text', 'json'] as const) {
        printed.length = 0
        const line = await logged(refused(forged), { format })
        expect(line).toMatch(/^[\x20-\x7e…]+$/)
        if (format === 'json') expect(JSON.parse(line).description).toBe(forged)
      }
    },
  )

  test('a text with quotation marks and equals signs cannot look like members of its own (G50)', async () => {
    const line = await logged(refused('x" status=200 outcome=success y="'))
    expect(line).toContain('description="x\\" status=200 outcome=success y=\\""')
    expect(line.match(/ status=/g)).toHaveLength(2)
  })

  test('what a client sends over HTTP is one line for each event (G50)', async () => {
    const world = createQuickWorld({ logger: undefined })
    const client = await registerConfidential(world)
    await written()
    printed.length = 0
    const before = world.events.length
    for (const bad of unprintable) {
      await post(world, '/oauth2/token', { grant_type: `x${bad}y`, client_id: `${bad}${client.client_id}`, scope: bad })
      await world
        .browser()
        .request(`${world.issuer}/oauth2/authorize?client_id=${encodeURIComponent(`a${bad.replace('\ud800', '')}b`)}`)
    }
    await written()
    const lines = printed.join('\n').split('\n')
    expect(lines).toHaveLength(world.events.length - before)
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z (?:warn |error|info ) [\w.]+ [\x20-\x7e…]+$/)
  })

  test('a long text, a long list and a deep value are cut, and JSON stays JSON (G50)', async () => {
    const long = 'x'.repeat(100_000)
    let deep: unknown = 'end'
    for (let level = 0; level < 5000; level++) deep = { deep }
    const event = {
      ...refused(long),
      scopes: Array.from({ length: 100_000 }, () => 'scope'),
      deep,
      ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`member${index}`, long])),
    } as unknown as OAuthEvent
    expect((await logged(event)).length).toBeLessThan(5000)
    printed.length = 0
    const json = await logged(event, { format: 'json' })
    expect(json.length).toBeLessThan(17_000)
    expect(JSON.parse(json)).toMatchObject({ level: 'info', type: 'request.refused' })
  })
})

describe('a logger that fails (G51)', () => {
  test.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the disk is full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
  ])('a logger that %s changes no answer, and the console says so once a minute (G51)', async (_name, fail) => {
    const logger: Logger = { info: fail, warn: fail, error: fail, request: fail }
    const world = createQuickWorld({ logger })
    const client = await registerConfidential(world)
    const { status } = await post(world, '/oauth2/token', { grant_type: 'x', client_id: client.client_id })
    expect(status).toBe(401)
    await written()
    expect(printed.map((text) => text.split('\n')[0])).toEqual(['[oauth] logger failed: Error: the disk is full'])
  })
})

describe('what the option logger decides', () => {
  test('logger: false writes nothing', async () => {
    const world = createWorld({ logger: false, onEvent: undefined })
    await post(world, '/oauth2/token', { grant_type: 'x' })
    await written()
    expect(printed).toEqual([])
  })

  test('a level leaves out what is less important, and its methods are absent, so that nothing is prepared for them', () => {
    expect(Object.keys(consoleLogger({ level: 'warn' }))).toEqual(['warn', 'error'])
    expect(Object.keys(consoleLogger({ level: 'error' }))).toEqual(['error'])
    expect(Object.keys(consoleLogger({ requests: true }))).toEqual(['info', 'warn', 'error', 'request'])
  })

  test('lines that come together are one write, and an error does not wait for others', async () => {
    const logger = consoleLogger()
    for (let line = 0; line < 100; line++) logger.info?.(refused(`line ${line}`), 'x')
    expect(printed).toEqual([])
    logger.error?.(refused('at once'), 'x')
    expect(printed).toHaveLength(1)
    logger.info?.(refused('later'), 'x')
    await written()
    expect(printed).toHaveLength(2)
    expect(printed[0]?.split('\n')).toHaveLength(101)
  })

  test('a logger of your own gets the event and its type by level, with its own state in this', async () => {
    const told: unknown[] = []
    const logger = {
      name: 'own',
      info(this: { name: string }, event: OAuthEvent, message: string) {
        told.push([this.name, 'info', event.type, message])
      },
      warn(this: { name: string }, event: OAuthEvent, message: string) {
        told.push([this.name, 'warn', event.type, message])
      },
    }
    const world = createWorld({ logger })
    await registerConfidential(world)
    await post(world, '/oauth2/token', { grant_type: 'x' })
    expect(told).toContainEqual(['own', 'info', 'client.registered', 'client.registered'])
    expect(told).toContainEqual(['own', 'warn', 'request.refused', 'request.refused'])
  })

  test('a line for each request on demand: endpoint, status, outcome and duration', async () => {
    const world = createWorld({ logger: consoleLogger({ requests: true, level: 'error' }) })
    await world.provider.fetch(new Request(`${world.issuer}/jwks`))
    await written()
    expect(printed.join('\n')).toMatch(
      /info {2}request\.ended requestId=\S+ endpoint=jwks method=GET status=200 outcome=success storageCalls=\d+ durationMilliseconds=[\d.]+ storageMilliseconds=[\d.]+$/,
    )
  })

  test.each<readonly [object, string]>([
    [{ format: 'xml' }, "format must be 'text' or 'json'"],
    [{ level: 'debug' }, "level must be 'info', 'warn' or 'error'"],
    [{ requests: 1 }, 'requests must be true or false'],
    [{ colour: true }, 'unknown option colour'],
  ])('consoleLogger(%j) says what to change', (options, message) => {
    expect(() => consoleLogger(options)).toThrow(message)
  })
})
