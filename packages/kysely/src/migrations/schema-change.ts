import type { Compilable, Kysely } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { TableNames } from '../schema.ts'

/** A statement that changes the schema: it can be run through Kysely, or compiled and run by somebody else. */
export interface SchemaStatement extends Compilable {
  execute(): Promise<unknown>
}

/** Where a change takes place. */
export interface SchemaTarget {
  readonly db: Kysely<unknown>
  readonly tables: TableNames
  readonly dialect: Dialect
}

/**
 * A migration as data: what it would run, in order. Where the dialect is not `transactional`, it may have been cut off
 * after any of its statements, and all of them may run again.
 */
export interface SchemaChange {
  readonly up: (target: SchemaTarget) => readonly SchemaStatement[]
  readonly down: (target: SchemaTarget) => readonly SchemaStatement[]
}
