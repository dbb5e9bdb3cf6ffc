import { createProvider, type Provider } from '@oauth/core'
import { kyselyStorage } from '@oauth/kysely'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'

// A host with a Kysely instance of its own, whose tables nothing creates but the command.
const tablePrefix = process.env.TABLE_PREFIX ?? 'oauth_'
export const db: Kysely<object> = new Kysely<object>({
  dialect: new SqliteDialect({ database: new Database(process.env.DATABASE ?? ':memory:') }),
})

export const provider: Provider = createProvider({
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-tests-with-enough-characters',
  storage: kyselyStorage(db, { tablePrefix }),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
})
