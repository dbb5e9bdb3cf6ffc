import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Host, startHost } from '../support/host.ts'
import { folderWith, runCli } from '../support/run-cli.ts'

interface State {
  readonly name: string
  readonly state: string
}

function tablesOf({ env }: Host): readonly unknown[] {
  const database = new Database(env.DATABASE)
  try {
    return database.prepare("select name from sqlite_master where type = 'table'").pluck().all()
  } finally {
    database.close()
  }
}

const statesOf = ({ migrations }: Readonly<Record<string, unknown>>): readonly string[] => [
  ...new Set((migrations as readonly State[]).map(({ state }) => state)),
]

test('migrate creates the tables once, --check tells before and after, and then the provider works', async () => {
  const host = await startHost('database')
  const missing = await host.run('migrate', '--check')
  expect([missing.code, missing.output]).toEqual([1, expect.stringMatching(/^0001_initial +missing$/m)])
  expect(tablesOf(host)).not.toContain('oauth_clients')
  const early = await host.run('client', 'list')
  expect([early.code, early.errors]).toEqual([1, expect.stringContaining('run migrate(db)')])

  expect(statesOf(await host.json('migrate'))).toEqual(['done now'])
  expect(tablesOf(host)).toContain('oauth_clients')
  expect(await host.json('client', 'list')).toEqual({ clients: [] })
  expect((await host.run('migrate', '--check')).code).toBe(0)
  expect(statesOf(await host.json('migrate'))).toEqual(['done before'])
})

test('--table-prefix makes the tables of a storage with this prefix', async () => {
  const host = await startHost('database')
  await host.json('migrate', '--table-prefix', 'idp_')
  expect(tablesOf(host)).toContain('idp_clients')
  const { output } = await host.with({ ...host.env, TABLE_PREFIX: 'idp_' }).run('client', 'list', '--json')
  expect(JSON.parse(output)).toEqual({ clients: [] })
})

test('migrate finds the database of a storage, here of sqliteStorage, which has migrated by itself', async () => {
  expect(statesOf(await (await startHost()).json('migrate'))).toEqual(['done before'])
})

test.each([
  ['export const db = {}', 'exports no Kysely instance: export it as db'],
  ['export const db = { selectFrom() {}, destroy() {} }', '@oauth/kysely is not installed beside'],
])('a module with %s has the exit code 1 and says what to change', async (text, problem) => {
  const directory = folderWith({ 'db.mjs': text })
  const { code, errors } = await runCli({ directory }, 'migrate', '--storage', './db.mjs')
  expect([code, errors]).toEqual([1, expect.stringContaining(problem)])
})
