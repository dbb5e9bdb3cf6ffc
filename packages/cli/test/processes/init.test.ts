import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../../test/example-process.ts'
import { type ServerName, serverNames } from '../../../../test/machine/servers.ts'
import { type DatabaseName, emptyDatabase } from '../../../kysely/test/support/databases.ts'
import { type NewServer, spawnNewServer, startNewServer } from '../support/new-server.ts'
import { type Place, runCli } from '../support/run-cli.ts'
import { signInAtNewServer } from '../support/sign-in-at-new-server.ts'

const root = join(import.meta.dirname, '../..')
const redirectUri = 'https://notes.example.com/callback'
let running: NewServer | undefined
afterEach(() => running?.kill())

/** Each framework that starts without a build, on each database that this machine has. */
const projects = ['hono', 'express'].flatMap((framework) =>
  (['sqlite', ...serverNames] as const).map((database) => ({ framework, database })),
)

test.each(projects)(
  'a new $framework server on $database starts, the command line registers a client in it, and a user signs in',
  { timeout: 180_000 },
  async ({ framework, database }) => {
    // Below this package, so that its modules are found.
    const folder = mkdtempSync(join(root, 'node_modules/.init-'))
    const server = await serverDatabase(database)
    try {
      const variables: Record<string, string> = server?.url === undefined ? {} : { DATABASE_URL: server.url }
      const made = await runCli(
        { directory: folder },
        'init',
        '--framework',
        framework,
        '--database',
        database,
        '--yes',
      )
      expect(made).toMatchObject({ code: 0, errors: '' })
      if (server !== undefined) await migrateAsInitSays({ directory: folder, env: variables })

      const port = String(await freePort())
      const baseUrl = `http://localhost:${port}`
      const env = { ...variables, BASE_URL: baseUrl }
      running = await startNewServer(folder, { ...env, PORT: port })
      const discovery = await (await fetch(`${baseUrl}/auth/.well-known/openid-configuration`)).json()
      expect(discovery).toMatchObject({ issuer: `${baseUrl}/auth` })

      const cli = { directory: folder, env }
      const create = ['client', 'create', '--redirect-uri', redirectUri, '--public', '--name', 'Notes <b>']
      const client = JSON.parse((await runCli(cli, ...create, '--json')).output)
      expect((await runCli(cli, 'doctor', `${baseUrl}/auth`)).code).toBe(0)

      const password = /^DEMO_PASSWORD=(.+)$/m.exec(readFileSync(join(folder, '.env'), 'utf8'))?.[1] ?? ''
      const tokens = await signInAtNewServer(
        discovery,
        { id: client.client_id, name: 'Notes <b>', redirectUri },
        password,
      )
      expect(tokens).toMatchObject({ id_token: expect.any(String) })
      expect((await runCli(cli, 'grants', 'list', '--user', '1')).output).toContain(client.client_id)
      const keys = JSON.parse((await runCli(cli, 'keys', 'list', '--json')).output).keys
      expect(keys.length).toBeGreaterThan(0)
      expect(keys.every(({ usable }: { usable: boolean }) => usable)).toBe(true)
      // On this machine, the issuer is an http URL.
      expect((await runCli(cli, 'report', 'oauth2.1')).output).toMatch(/\n\d+ met, 1 not met, /)
      expect(await runCli(cli, 'purge')).toMatchObject({ code: 0, output: expect.stringContaining('rows deleted') })
    } finally {
      running?.kill()
      await server?.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test.each(serverNames)(
  'a new server on %s survives that the database server ends its connections',
  async (database) => {
    const folder = mkdtempSync(join(root, 'node_modules/.init-'))
    const server = await emptyDatabase(database)
    try {
      const port = String(await freePort())
      const baseUrl = `http://localhost:${port}`
      const place = { directory: folder, env: { BASE_URL: baseUrl, DATABASE_URL: server.url ?? '' } }
      await runCli(place, 'init', '--database', database, '--yes')
      await runCli(place, 'migrate')
      running = await startNewServer(folder, { ...place.env, PORT: port })
      const keys = async () => (await fetch(`${baseUrl}/auth/jwks`)).status
      expect(await keys()).toBe(200)
      expect(await endConnections(server.db, database)).toBeGreaterThan(0)
      const unknownClient = `${baseUrl}/auth/oauth2/authorize?client_id=nobody`
      await expect.poll(async () => (await fetch(unknownClient)).status, { timeout: 20_000 }).toBe(400)
      expect(running.hasEnded()).toBe(false)
    } finally {
      running?.kill()
      await server.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

/** Ends all connections to the database but the one that does so, as a restart does. Returns how many there were. */
async function endConnections(db: Kysely<object>, server: ServerName): Promise<number> {
  return db.connection().execute(async (own) => {
    const { rows } =
      server === 'postgres'
        ? await sql<{ id: number }>`select pid as id from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`.execute(own)
        : await sql<{ id: number }>`select id from information_schema.processlist
            where db = database() and id <> connection_id()`.execute(own)
    for (const { id } of rows) {
      if (server === 'postgres') await sql`select pg_terminate_backend(${id})`.execute(own)
      else await sql`kill ${sql.lit(Number(id))}`.execute(own)
    }
    return rows.length
  })
}

/** Makes an empty database on a server. The project itself makes its SQLite file. */
async function serverDatabase(name: DatabaseName) {
  return name === 'sqlite' ? undefined : emptyDatabase(name)
}

/** Before the tables exist, the server and the command line name the command that makes them; it makes them once. */
async function migrateAsInitSays(place: Place): Promise<void> {
  const tooEarly = spawnNewServer(place.directory, place.env ?? {})
  expect([await tooEarly.ended, tooEarly.output()]).toEqual([
    1,
    expect.stringContaining('or npx oauth migrate of @oauth/cli.'),
  ])
  const early = await runCli(place, 'client', 'list')
  expect([early.code, early.output, early.errors]).toEqual([1, '', expect.stringContaining('npx oauth migrate')])
  expect((await runCli(place, 'migrate', '--check')).code).toBe(1)
  expect(await runCli(place, 'migrate')).toMatchObject({ code: 0, output: expect.stringContaining('done now') })
  expect((await runCli(place, 'migrate', '--check')).code).toBe(0)
}
