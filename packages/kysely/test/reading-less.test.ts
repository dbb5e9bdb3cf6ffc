import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { wrapStorage } from '../../core/test/support/storage.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { type Flow, flows } from './support/flows.ts'

/** Reads the rows of the table in docs/storage.md. */
function documented(): readonly (readonly string[])[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/storage.md'), 'utf8')
  const [, part = ''] = page.split('### Statements of each flow')
  const lines = (part.split('\n#')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

/** Runs a flow and makes its row of the table: the calls of the storage, and the numbers of SQL statements. */
async function counted([name, prepare]: Flow): Promise<readonly string[]> {
  const calls: string[] = []
  const statements: string[] = []
  const db = new Kysely<object>({
    dialect: new SqliteDialect({ database: new Database(':memory:') }),
    log: ({ query }) => {
      statements.push(query.sql.split(' ')[0]?.toLowerCase() ?? '')
    },
  })
  await migrate(db)
  const storage = wrapStorage(kyselyStorage(db), (verb, _args, run) => {
    calls.push(verb)
    return run()
  })
  const world = createQuickWorld({ storage })
  const run = await prepare(world)
  // Make and read the keys before the count, because a process does that once.
  await world.provider.fetch(new Request(`${world.issuer}/jwks`))
  calls.length = 0
  statements.length = 0
  const answer = (await run()) as Response
  expect(answer.status, name).toBeLessThan(400)
  await db.destroy()
  const count = (...kinds: readonly string[]) =>
    String(statements.filter((statement) => kinds.includes(statement)).length)
  const known = ['select', 'insert', 'update', 'delete', 'begin', 'commit']
  expect(statements.filter((statement) => !known.includes(statement))).toEqual([])
  return [
    name,
    calls.map((call) => `\`${call}\``).join(', '),
    count('select'),
    count('insert', 'update', 'delete'),
    count('begin'),
  ]
}

describe('docs/storage.md, statements of each flow', () => {
  test('docs/storage.md has a row for each measured flow', () => {
    expect(documented().map(([name]) => name)).toEqual(flows.map(([name]) => name))
  })

  test.each(flows)('the flow %s needs the calls and statements that docs/storage.md lists', async (...flow) => {
    expect(await counted(flow)).toEqual(documented().find(([name]) => name === flow[0]))
  })
})
