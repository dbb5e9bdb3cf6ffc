import type { Awaitable } from '@oauth/core'
import type { CompiledQuery } from 'kysely'
import type { Statement } from './statement.ts'

/** A compiled statement with its values, ready to run. */
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
 * Several statements, of which each may depend on the answers before it. A generator, so that the same code runs with a
 * promise for each step (any Kysely instance) or synchronously (better-sqlite3, where no other code runs in between).
 */
export type Program<T> = Generator<Step, T, Answer>

/** Runs statements. A store accesses the database only through this. */
export interface Runner {
  /** Runs one reading statement alone and decodes its first row. */
  find<Input, Row, T>(statement: Statement<Input, Row>, input: Input, decode: (row: Row | undefined) => T): Awaitable<T>
  /** Runs one reading statement alone and decodes its rows. */
  list<Input, Row, T>(statement: Statement<Input, Row>, input: Input, decode: (rows: readonly Row[]) => T): Awaitable<T>
  /** Runs one writing statement alone and decodes the number of changed rows. */
  write<Input, T>(statement: Statement<Input, unknown>, input: Input, decode: (affected: number) => T): Awaitable<T>
  /**
   * Runs a program in one transaction. If it throws, nothing is written. A store declares its generator functions once, and
   * a call only wraps one: a generator function that is made for each call is not collected with what it refers to until the
   * next full collection of V8 (decision 0094).
   */
  transaction<T>(program: () => Program<T>): Awaitable<T>
  /** Runs a program without a transaction: each statement alone, one after the other. */
  sequence<T>(program: () => Program<T>): Awaitable<T>
}

/** Tells whether a statement of this package only reads. */
export function isReading({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode'
}

/** Combines a statement with its values. */
export function step<Input>(statement: Statement<Input, unknown>, input: Input): Step {
  return { query: statement.query, parameters: statement.parameters(input) }
}

/** In a program, runs a statement and returns its rows. */
export function* rows<Input, Row>(statement: Statement<Input, Row>, input: Input): Program<readonly Row[]> {
  return (yield step(statement, input)).rows as readonly Row[]
}

/** In a program, runs a statement and returns the number of changed rows. */
export function* affected<Input>(statement: Statement<Input, unknown>, input: Input): Program<number> {
  return (yield step(statement, input)).affected
}
