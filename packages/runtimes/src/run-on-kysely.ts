import { kyselyStorage } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import { type Dialect, Kysely } from 'kysely'
import { runOnCommandLine } from './on-command-line.ts'

/** Runs the journey with `kyselyStorage` on the runtime's own SQLite. */
export async function runOnKysely(name: string, dialect: Dialect): Promise<void> {
  const db = new Kysely<unknown>({ dialect })
  await migrate(db)
  await runOnCommandLine(name, kyselyStorage(db))
  await db.destroy()
}
