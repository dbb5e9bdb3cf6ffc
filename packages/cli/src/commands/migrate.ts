import { type Command, defineCommand } from '../command.ts'
import { databaseOptions, tableSettings, withDatabase } from '../host/load-database.ts'
import { json, table } from '../output.ts'

/** Creates the tables of `@oauth/kysely`, or brings them up to date. */
export const migrate: Command = defineCommand({
  name: 'migrate',
  summary: 'Create the tables of @oauth/kysely, or bring them up to date',
  details:
    'The module of the provider, or the one in --storage, exports its Kysely instance as db, or its storage as storage.',
  options: {
    ...databaseOptions,
    check: { kind: 'flag', summary: 'change nothing; the exit code is 1 when a migration is missing' },
    json: { kind: 'flag', summary: 'one JSON document: migrations, with the state of each' },
  },
  run: (io, values) =>
    withDatabase(io, values, 'migrations', async (db, { migrate, migrator }) => {
      const options = tableSettings(values)
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
