import type { Awaitable } from '@oauth/core'
import type { CompiledQuery } from 'kysely'
import type { Statement } from './statement.ts'

/** One statement with its values, on the way to the database. */
export interface Step {
  readonly query: CompiledQuery
  readonly parameters: readonly unknown[]
}

export interface Answer {
  readonly rows: readonly unknown[]
  /** How many rows a write changed. */
  readonly affected: number
}

/**
 * Several statements of which each may depend on the answers before it. Written once as a generator, it runs with a
 * promise for each step (any Kysely) or in one go (SQLite inside this process, where nobody can come between).
 */
export type Program<T> = Generator<Step, T, Answer>

/** What runs statements: the only thing that a store knows of the database. */
export interface Runner {
  /** One reading statement on its own, of which at most one row is wanted. */
  find<Input, Row, T>(statement: Statement<Input, Row>, input: Input, decode: (row: Row | undefined) => T): Awaitable<T>
  /** One reading statement on its own. */
  list<Input, Row, T>(statement: Statement<Input, Row>, input: Input, decode: (rows: readonly Row[]) => T): Awaitable<T>
  /** One writing statement on its own; answers how many rows it changed. */
  write<Input, T>(statement: Statement<Input, unknown>, input: Input, decode: (affected: number) => T): Awaitable<T>
  /** All of it or nothing. */
  transaction<T>(program: () => Program<T>): Awaitable<T>
  /** One statement after the other, each on its own. */
  sequence<T>(program: () => Program<T>): Awaitable<T>
}

/** A statement with its values. */
export function step<Input>(statement: Statement<Input, unknown>, input: Input): Step {
  return { query: statement.query, parameters: statement.parameters(input) }
}

/** In a program: the rows that a statement finds. */
export function* rows<Input, Row>(statement: Statement<Input, Row>, input: Input): Program<readonly Row[]> {
  return (yield step(statement, input)).rows as readonly Row[]
}

/** In a program: how many rows a statement changes. */
export function* affected<Input>(statement: Statement<Input, unknown>, input: Input): Program<number> {
  return (yield step(statement, input)).affected
}
