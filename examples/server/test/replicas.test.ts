import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as forward, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { emptyDatabase } from '../../../packages/kysely/test/support/databases.ts'
import { type ExampleProcess, freePort, startExample } from '../../../test/example-process.ts'
import { serverNames } from '../../../test/machine/servers.ts'
import { openDatabase } from '../src/database.ts'
import { signIn } from './journey.ts'
import { createUserAgent } from './user-agent.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Starts a proxy that gives each request to the next of these ports, so that no process sees two requests in a row. */
async function roundRobin(ports: readonly number[]): Promise<{ url: string; served: number[] }> {
  const served = ports.map(() => 0)
  let turn = 0
  const proxy: Server = createServer((incoming, outgoing) => {
    const index = turn++ % ports.length
    served[index] = (served[index] ?? 0) + 1
    const { method, url: path, headers } = incoming
    const onward = forward({ host: '127.0.0.1', port: ports[index], method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://localhost:${(proxy.address() as AddressInfo).port}`, served }
}

function startReplica(port: number, baseUrl: string, database: string): Promise<ExampleProcess> {
  return startExample(
    'server',
    [process.execPath, '--import', 'tsx', 'src/main.ts'],
    {
      PORT: `${port}`,
      BASE_URL: baseUrl,
      DATABASE_URL: database,
      OAUTH_SECRET: 'a-secret-of-the-tests-0123456789-abcdef',
    },
    `http://127.0.0.1:${port}/readyz`,
  )
}

/** A user signs in, calls the API, refreshes and signs out, through a proxy that alternates between the processes. */
async function journey(baseUrl: string): Promise<void> {
  const agent = createUserAgent()
  const login = await agent.submit(await agent.open(`${baseUrl}/client`), 'Sign in with Example ID')
  const result = await agent.submit(await signIn(agent, login), 'Allow')
  expect(result.body).toContain('Hello, Demo Person')
  expect((await agent.submit(result, 'Call the API')).body).toContain('The API accepted the access token.')
  const refreshed = await agent.submit(result, 'Refresh')
  expect(refreshed.body).toContain('Refreshed: a new access token and a new refresh token.')
  expect((await agent.submit(refreshed, 'Sign out')).body).toContain('You are signed out, here and at Example ID.')
}

describe('two processes of the example, of which each answers every second request', () => {
  test('on one SQLite file: a user signs in, calls the API, refreshes and signs out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oauth-replicas-'))
    cleanups.push(() => rm(folder, { recursive: true, force: true }))
    const ports = [await freePort(), await freePort()] as const
    const { url, served } = await roundRobin(ports)
    for (const port of ports) {
      const replica = await startReplica(port, url, join(folder, 'oauth.db'))
      cleanups.push(replica.kill)
    }
    await journey(url)
    for (const count of served) expect(count).toBeGreaterThan(5)
  })

  const onPostgres = serverNames.includes('postgres') ? ['PostgreSQL'] : []
  for (const name of onPostgres) {
    test(`on ${name}: they start together on an empty database, agree on the demo client, and a user signs in`, async () => {
      const database = await emptyDatabase('postgres')
      cleanups.push(database.drop)
      const location = database.url ?? ''
      const ports = [await freePort(), await freePort()] as const
      const { url, served } = await roundRobin(ports)
      const replicas = await Promise.all(ports.map((port) => startReplica(port, url, location)))
      for (const { kill } of replicas) cleanups.push(kill)
      await journey(url)
      for (const count of served) expect(count).toBeGreaterThan(5)

      // SIGTERM ends both, and neither has printed the address of the database, which contains its password.
      for (const replica of replicas) replica.stop()
      for (const { ended, output } of replicas) {
        expect(await ended).toBe(0)
        expect(output()).toContain('Database:     PostgreSQL')
        expect(output()).not.toContain(location)
      }
    })
  }

  test('a PostgreSQL that does not answer is an error at the start, without its password', async () => {
    const nowhere = `postgres://oauth:the-password@127.0.0.1:${await freePort()}/oauth`
    const failed = await openDatabase(nowhere).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'ECONNREFUSED' })
    expect(String(failed)).not.toContain('the-password')
  })
})
