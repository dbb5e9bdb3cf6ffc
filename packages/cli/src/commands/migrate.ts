import { type Command, defineCommand } from '../command.ts'
import { hostOptions } from '../host/host-options.ts'
import { withDatabase } from '../host/load-database.ts'
import { json, table } from '../output.ts'

/** Creates the tables of `@oauth/kysely`, or brings them up to date. */
export const migrate: Command = defineCommand({
  name: 'migrate',
  summary: 'Create the tables of @oauth/kysely, or bring them up to date',
  details:
    'The module of the provider, or the one in --storage, exports its Kysely instance as db, or its storage as storage.',
  options: {
    storage: {
      kind: 'text',
      value: '<module>',
      summary: 'the module that exports the database; default: that of the provider',
    },
    env: hostOptions.env,
    'table-prefix': { kind: 'text', value: '<text>', summary: 'the tablePrefix of the storage; default oauth_' },
    dialect: {
      kind: 'text',
      value: '<name>',
      choices: ['sqlite', 'postgres', 'mysql'],
      summary: 'the kind of database, if Kysely cannot tell',
    },
    check: { kind: 'flag', summary: 'change nothing; the exit code is 1 when a migration is missing' },
    json: { kind: 'flag', summary: 'one JSON document: migrations, with the state of each' },
  },
  run: (io, values) =>
    withDatabase(io, values, async (db, { migrate, migrator }) => {
      const { 'table-prefix': tablePrefix, dialect } = values
      const options = {
        ...(tablePrefix !== undefined && { tablePrefix }),
        ...(dialect !== undefined && { dialect: dialect as 'sqlite' | 'postgres' | 'mysql' }),
      }
      const before = await migrator(db, options).getMigrations()
      const missing = before.filter(({ executedAt }) => executedAt === undefined)
      if (!values.check) {
        io.progress?.(`${missing.length} migrations`)
        await migrate(db, options)
      }
      const pending = values.check ? 'missing' : 'done now'
      const states = before.map(({ name, executedAt }) => ({
        name,
        state: executedAt === undefined ? pending : 'done before',
      }))
      if (values.json) await io.write(json({ migrations: states }))
      else
        await io.write(
          table(
            ['MIGRATION', 'STATE'],
            states.map(({ name, state }) => [name, state]),
            'There are none.',
          ),
        )
      return values.check && missing.length > 0 ? 1 : 0
    }),
})
