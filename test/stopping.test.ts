import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ExampleCase, exampleCases } from './example-cases.ts'
import { type ExampleProcess, freePort, startExample } from './example-process.ts'
import { keepAliveTraffic, slowRequest } from './keep-alive-traffic.ts'

interface Started {
  readonly example: ExampleProcess
  readonly port: number
  /** The folder of the example's database. */
  readonly folder: string
}

/** Starts an example with its own port and folder, and ends it after `work`. */
async function withExample(
  { name, command, env }: ExampleCase,
  work: (started: Started) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-stopping-'))
  let example: ExampleProcess | undefined
  try {
    const port = await freePort()
    const variables = env(port, join(folder, 'oauth.db'))
    example = await startExample(name, command, variables, `http://127.0.0.1:${port}/auth/jwks`)
    await work({ example, port, folder })
  } finally {
    example?.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe.each(exampleCases)('SIGTERM to examples/$name', { timeout: 240_000 }, (exampleCase) => {
  if (exampleCase.closesIdleAtOnce !== true)
    test('after SIGTERM, the example answers twenty busy connections with Connection: close, resets none, and exits with 0 (G45)', () =>
      withExample(exampleCase, async ({ example, port, folder }) => {
        const traffic = keepAliveTraffic(`http://127.0.0.1:${port}/auth/jwks`, 20)
        await traffic.started
        example.stop()
        const connections = await traffic.ended
        expect(connections.map(({ error }) => error)).toEqual(connections.map(() => undefined))
        expect(connections.every(({ answers }) => answers.every(({ status }) => status === 200))).toBe(true)
        expect(connections.map(({ answers }) => answers.at(-1)?.closes)).toEqual(connections.map(() => true))
        expect(await example.ended).toBe(0)
        // SQLite deletes the write-ahead log and its index when the database is closed.
        if (exampleCase.hasFile) expect(readdirSync(folder).filter((file) => /-(?:wal|shm)$/.test(file))).toEqual([])
      }))

  test('after SIGTERM, the example answers a request whose body is on its way, and closes its connection (G46)', () =>
    withExample(exampleCase, async ({ example, port }) => {
      const form = `grant_type=client_credentials&client_id=nobody&client_secret=${'x'.repeat(2000)}`
      const request = slowRequest(port, '/auth/oauth2/token', form)
      await pause(300)
      example.stop()
      await pause(300)
      const answer = await request.finish()
      expect(answer).toMatch(/^HTTP\/1\.1 401 /)
      expect(answer).toContain('invalid_client')
      expect(await example.ended).toBe(0)
    }))
})

// These run concurrently, because each waits for most of its time.
describe.concurrent.each(exampleCases)('SIGTERM to examples/$name', { timeout: 240_000 }, (exampleCase) => {
  test('after SIGTERM, the example exits within ten seconds although a client never ends its request, and closes idle connections (G47)', ({
    expect,
  }) =>
    withExample(exampleCase, async ({ example, port }) => {
      const idle = keepAliveTraffic(`http://127.0.0.1:${port}/auth/jwks`, 3)
      await idle.started
      idle.pause()
      const { ended } = slowRequest(port, '/auth/oauth2/token', 'grant_type=client_credentials')
      ended.catch(() => undefined)
      await pause(300)
      const began = performance.now()
      example.stop()
      expect((await idle.ended).map(({ error }) => error)).toEqual([undefined, undefined, undefined])
      expect(await example.ended).toBe(0)
      expect(performance.now() - began).toBeLessThan(10_000)
    }))
})
