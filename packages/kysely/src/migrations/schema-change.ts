import type { Compilable, Kysely } from 'kysely'

/** A statement that changes the schema: it can be run through Kysely, or compiled and run by somebody else. */
export interface SchemaStatement extends Compilable {
  execute(): Promise<void>
}

/** A migration as data: what it would run, in order. */
export interface SchemaChange {
  readonly up: (db: Kysely<unknown>) => readonly SchemaStatement[]
  readonly down: (db: Kysely<unknown>) => readonly SchemaStatement[]
}
