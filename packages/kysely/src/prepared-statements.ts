import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { compiledTexts } from './statement.ts'

/** What `pg` accepts beside a text and its values: it prepares a statement with a name once for each connection. */
type Query = (statement: { readonly name: string; readonly text: string; readonly values: readonly unknown[] }) => never

/** The names of the statements, and their beginning, which another copy of this package does not share. */
const names = new Map<string, string>()
let beginning: string | undefined

function nameOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || !compiledTexts.has(text)) return undefined
  const known = names.get(text)
  if (known !== undefined) return known
  beginning ??= `oauth_${crypto.randomUUID().slice(0, 8)}`
  const name = `${beginning}_${names.size}`
  names.set(text, name)
  return name
}

function preparing(client: PostgresPoolClient): PostgresPoolClient {
  const query = (text: string, values: readonly unknown[]) => {
    const name = nameOf(text)
    return name === undefined
      ? client.query(text, values)
      : (client.query as unknown as Query).call(client, { name, text, values })
  }
  return { query: query as PostgresPoolClient['query'], release: () => client.release() }
}

/**
 * Wraps a pool of `pg` for Kysely's `PostgresDialect`, so that the statements of the storage are prepared: each connection
 * parses and plans them once instead of for each request. A read by `kyselyStorage` then takes PostgreSQL a third of the time.
 * Your own queries on the same Kysely instance are not prepared.
 *
 * Do not use it behind a pooler that gives each transaction another connection and does not know prepared statements, such as
 * PgBouncer before 1.21 or with `max_prepared_statements = 0` in transaction mode: statements then fail with
 * `prepared statement "oauth_…" does not exist`.
 * @example
 * const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
 * const storage = kyselyStorage(db)
 */
export function preparedStatements(pool: PostgresPool): PostgresPool {
  // Kysely recognises a connection by its client, so each client has one wrapper.
  const known = new WeakMap<PostgresPoolClient, PostgresPoolClient>()
  return {
    async connect() {
      const client = await pool.connect()
      const wrapped = known.get(client)
      if (wrapped) return wrapped
      const added = preparing(client)
      known.set(client, added)
      return added
    },
    end: () => pool.end(),
  }
}
