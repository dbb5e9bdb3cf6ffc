import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../../test/example-process.ts'
import { type NewServer, spawnNewServer, spawnServer } from '../support/new-server.ts'
import { runCli } from '../support/run-cli.ts'

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
  const env = { NEXT_TELEMETRY_DISABLED: '1', BASE_URL: `http://localhost:${port}` }
  const first = spawnServer(next, folder, env)
  await answers(first, `${env.BASE_URL}/auth/jwks`)
  await answers(first, `${env.BASE_URL}/login`)
  await stop(first)
  const second = await refusalOf(spawnServer(next, folder, { ...env, OAUTH_SECRET: anotherSecret }))
  expect(second).toContain('The server does not start: `secret` opens none of the')
  const third = await refusalOf(spawnServer(next, folder, { ...env, DATABASE: join(folder, 'absent/oauth.db') }))
  expect(third).toContain('The server does not start: Cannot open database')
})

test('a new Worker starts on workerd, and with another secret it serves nothing and logs what to do', async () => {
  const folder = await newProject('node_modules/.init-', '--framework', 'workers')
  await bundleWorker(folder)
  const [, OAUTH_SECRET = ''] = /^OAUTH_SECRET=(.+)$/m.exec(readFileSync(join(folder, '.dev.vars'), 'utf8')) ?? []
  const port = await freePort()
  const jwks = `http://127.0.0.1:${port}/auth/jwks`
  const first = serveWorker(folder, port, { OAUTH_SECRET })
  await answers(first, jwks)
  await stop(first)
  const second = serveWorker(folder, port, { OAUTH_SECRET: anotherSecret })
  await answers(second, jwks, 500)
  expect(second.output()).toContain('The server does not start: `secret` opens none of the')
  expect(second.output()).toContain('wrangler secret put OAUTH_SECRET')
  await stop(second)
  await answers(serveWorker(folder, port, { OAUTH_SECRET }), jwks)
})

/** Bundles the Worker of a project, as wrangler does with `nodejs_compat`. */
async function bundleWorker(folder: string): Promise<void> {
  await build({
    entryPoints: [join(folder, 'src/main.ts')],
    outfile: join(folder, 'dist/worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'warning',
  })
}

/** Serves a bundled Worker with what its wrangler.jsonc says. It keeps its data in the folder. */
function serveWorker(folder: string, port: number, { OAUTH_SECRET }: { readonly OAUTH_SECRET: string }): NewServer {
  const settings = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8')
  const [, date = ''] = /"compatibility_date": "(.+)"/.exec(settings) ?? []
  mkdirSync(join(folder, 'disk'), { recursive: true })
  writeFileSync(join(folder, 'config.capnp'), configuration(folder, date, port))
  const workerd = createRequire(join(root, '../kysely/package.json')).resolve('workerd/bin/workerd')
  return spawnServer([workerd, 'serve', join(folder, 'config.capnp')], folder, { OAUTH_SECRET })
}

const configuration = (
  folder: string,
  date: string,
  port: number,
): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = "${join(folder, 'disk')}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  compatibilityDate = "${date}",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "SERVER", durableObjectNamespace = "Server"),
    (name = "BASE_URL", text = "http://127.0.0.1:${port}"),
    (name = "OAUTH_SECRET", fromEnvironment = "OAUTH_SECRET"),
  ],
  durableObjectNamespaces = [(className = "Server", uniqueKey = "server", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
);
`
