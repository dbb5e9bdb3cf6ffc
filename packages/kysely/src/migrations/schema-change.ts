import type { Compilable, Kysely } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { TableNames } from '../schema.ts'

/** A statement that changes the schema. Kysely can run it, or compile it for another driver. */
export interface SchemaStatement extends Compilable {
  execute(): Promise<unknown>
}

/** The database and the table names of a schema change. */
export interface SchemaTarget {
  readonly db: Kysely<unknown>
  readonly tables: TableNames
  readonly dialect: Dialect
}

/**
 * A migration as data: its statements in order. If the dialect is not `transactional`, an earlier run may have stopped
 * after any statement, so all of them must be able to run again.
 */
export interface SchemaChange {
  readonly up: (target: SchemaTarget) => readonly SchemaStatement[]
  readonly down: (target: SchemaTarget) => readonly SchemaStatement[]
}
