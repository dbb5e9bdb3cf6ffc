import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../../test/example-process.ts'
import { type NewServer, spawnNewServer, spawnServer } from '../support/new-server.ts'
import { bundleWorker, serveWorker, variablesOf } from '../support/new-worker.ts'
import { runCli } from '../support/run-cli.ts'
import { signInAtNewServer } from '../support/sign-in-at-new-server.ts'

const root = join(import.meta.dirname, '../..')
const anotherSecret = 'another-secret-than-that-of-the-first-start'

/** Writes a project into a folder from which its modules are found. It is deleted after the test. */
async function newProject(place: string, ...choices: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(root, place))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  expect(await runCli({ directory: folder }, 'init', ...choices, '--yes')).toMatchObject({ code: 0, errors: '' })
  return folder
}

/** Waits until a server answers with this status; ends the server after the test. */
async function answers(server: NewServer, url: string, status = 200): Promise<void> {
  onTestFinished(() => server.kill())
  const last = async () => {
    if (server.hasEnded()) throw new Error(`the server ended: ${server.output()}`)
    return fetch(url).then(
      (response) => response.status,
      () => 0,
    )
  }
  await expect.poll(last, { timeout: 60_000, interval: 200 }).toBe(status)
}

/** Waits until a server takes connections, without a request; ends the server after the test. */
async function listens(server: NewServer, port: number): Promise<void> {
  onTestFinished(() => server.kill())
  const connects = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
  await expect.poll(connects, { timeout: 30_000, interval: 50 }).toBe(true)
}

async function stop(server: NewServer): Promise<void> {
  server.kill()
  await server.ended
}

/** Expects that a server ends by itself, without having listened, and returns what it wrote. */
async function refusalOf(server: NewServer): Promise<string> {
  onTestFinished(() => server.kill())
  expect(await server.ended).toBe(1)
  expect(server.output()).not.toContain('/.well-known/')
  return server.output()
}

test.each(['hono', 'express'])(
  'a new %s server with another secret than before does not start',
  { timeout: 180_000 },
  async (framework) => {
    const folder = await newProject('node_modules/.init-', '--framework', framework)
    const port = String(await freePort())
    const env = { PORT: port, BASE_URL: `http://localhost:${port}` }
    const first = spawnNewServer(folder, env)
    await answers(first, `${env.BASE_URL}/auth/jwks`)
    await stop(first)
    const said = await refusalOf(spawnNewServer(folder, { ...env, OAUTH_SECRET: anotherSecret }))
    expect(said).toMatch(/\nThe server does not start: `secret` opens none of the .* signing keys/)
    expect(said).toContain('Put the OAUTH_SECRET back')
    expect(said).toContain('npx oauth keys rotate --drop-previous')
    expect(said).not.toContain(anotherSecret)

    // What it says works.
    const place = { directory: folder, env: { OAUTH_SECRET: anotherSecret } }
    expect((await runCli(place, 'keys', 'rotate', '--drop-previous', '--yes')).code).toBe(0)
    await answers(spawnNewServer(folder, { ...env, OAUTH_SECRET: anotherSecret }), `${env.BASE_URL}/auth/jwks`)
  },
)

test.each(['hono', 'express'])('a new %s server on another port publishes URLs with that port', async (framework) => {
  const folder = await newProject('node_modules/.init-', '--framework', framework)
  const port = String(await freePort())
  const origin = `http://localhost:${port}`
  await answers(spawnNewServer(folder, { PORT: port }), `${origin}/auth/jwks`)
  const discovery = await (await fetch(`${origin}/auth/.well-known/openid-configuration`)).json()
  expect(discovery.issuer).toBe(`${origin}/auth`)
  expect(await (await fetch(`${origin}/login`)).text()).toContain('ada@example.com')
})

test.each([
  ['hono', 'postgres'],
  ['express', 'mysql'],
])('a new %s server does not start when %s cannot be reached, and shows the cause', async (framework, database) => {
  const folder = await newProject('node_modules/.init-', '--framework', framework, '--database', database)
  const port = String(await freePort())
  const DATABASE_URL = `${database}://user:the-password@127.0.0.1:${port}/oauth`
  const said = await refusalOf(spawnNewServer(folder, { PORT: port, DATABASE_URL }))
  expect(said).toMatch(/error request\.failed endpoint=readiness cause=.*ECONNREFUSED/)
  expect(said).toContain('The server does not start: the storage cannot be reached')
  expect(said).toContain('Start the database, or correct its address in .env.')
  expect(said).not.toContain('the-password')
})

test('a new Next.js server starts, and with another secret or without a database it ends and says why', {
  timeout: 120_000,
}, async () => {
  // Next.js compiles nothing inside node_modules.
  const folder = await newProject('.init-', '--framework', 'next')
  const port = String(await freePort())
  const next = [process.execPath, join(root, 'node_modules/next/dist/bin/next'), 'dev', '-p', port] as const
  const env = { NEXT_TELEMETRY_DISABLED: '1' }
  const origin = `http://localhost:${port}`
  const first = spawnServer(next, folder, env)
  await answers(first, `${origin}/auth/jwks`)
  await answers(first, `${origin}/login`)
  const discovery = await (await fetch(`${origin}/auth/.well-known/openid-configuration`)).json()
  expect(discovery.issuer).toBe(`${origin}/auth`)
  await stop(first)
  const second = await refusalOf(spawnServer(next, folder, { ...env, OAUTH_SECRET: anotherSecret }))
  expect(second).toContain('The server does not start: `secret` opens none of the')
  const third = await refusalOf(spawnServer(next, folder, { ...env, DATABASE: join(folder, 'absent/oauth.db') }))
  expect(third).toContain('The server does not start: Cannot open database')
})

test.each(['durable-object', 'd1'])(
  'a new Worker on %s signs a user in, and with another secret it serves nothing and logs what to do',
  async (database) => {
    const folder = await newProject('node_modules/.init-', '--framework', 'workers', '--database', database)
    await bundleWorker(folder)
    const variables = variablesOf(folder)
    const port = await freePort()
    const issuer = `http://localhost:${port}/auth`
    const first = serveWorker(folder, port, variables)
    await listens(first, port)
    // The first requests come together: one of them starts the server, and none fails.
    const jwks = async () => (await fetch(`${issuer}/jwks`)).status
    expect(new Set(await Promise.all(Array.from({ length: 20 }, jwks)))).toEqual(new Set([200]))
    const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
    const client = { id: 'demo', name: 'Demo', redirectUri: 'http://localhost:4000/callback' }
    expect(await signInAtNewServer(discovery, client, variables.DEMO_PASSWORD)).toMatchObject({
      id_token: expect.any(String),
    })
    await stop(first)
    const second = serveWorker(folder, port, { ...variables, OAUTH_SECRET: anotherSecret })
    await answers(second, `${issuer}/jwks`, 500)
    expect(second.output()).toContain('The server does not start: `secret` opens none of the')
    expect(second.output()).toContain('wrangler secret put OAUTH_SECRET')
    await stop(second)
    // What was there before is still there.
    await answers(serveWorker(folder, port, variables), `${issuer}/jwks`)
  },
)
