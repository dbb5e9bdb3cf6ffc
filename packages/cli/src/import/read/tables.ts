import { UsageError } from '../../errors.ts'
import type { Entry, Kind } from '../entry.ts'
import type { Row } from '../row.ts'
import type { Source } from '../source.ts'

/** A database of another server that is read row by row. */
export interface SourceDatabase {
  /** Tells whether there is such a table. */
  has(table: string): Promise<boolean>
  /**
   * Reads all rows in the order of one of these columns, the first one that the table has.
   * @throws {CommandError} when the table cannot be read
   */
  rows(table: string, keys: readonly string[]): AsyncIterable<Row>
  close(): Promise<void>
}

/** The tables that the operator names. */
export interface NamedTables {
  readonly clients: string | undefined
  readonly consents: string | undefined
}

/**
 * Reads the clients and then the consents of a database.
 * @throws {UsageError} when a table is not there and none was named
 */
export async function* readTables(database: SourceDatabase, source: Source, named: NamedTables): AsyncGenerator<Entry> {
  for (const [kind, which] of [
    ['client', 'clients'],
    ['consent', 'consents'],
  ] as const) {
    const table = named[which] ?? (await firstOf(database, source.tables[which], which))
    yield* entriesOf(database, kind, table, source.keys[which])
  }
}

async function* entriesOf(
  database: SourceDatabase,
  kind: Kind,
  table: string,
  keys: readonly string[],
): AsyncGenerator<Entry> {
  let number = 0
  for await (const row of database.rows(table, keys)) {
    number += 1
    yield { place: `${table}, row ${number}`, kind, row }
  }
}

async function firstOf(
  database: SourceDatabase,
  names: readonly string[],
  option: 'clients' | 'consents',
): Promise<string> {
  for (const name of names) if (await database.has(name)) return name
  const tried = names.length === 0 ? '' : `: there is no ${names.join(', ')}`
  throw new UsageError(`--${option} is missing${tried}. Name the table.`)
}
