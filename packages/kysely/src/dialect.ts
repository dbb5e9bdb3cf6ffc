import { type Kysely, sql } from 'kysely'

/** The kind of database. MariaDB is `mysql`, PGlite is `postgres`, libSQL and others with Kysely's SQLite adapter are `sqlite`. */
export type DialectName = 'sqlite' | 'postgres' | 'mysql'

/** The kinds of columns in the tables. The database compares all text byte for byte. */
export type ColumnKind = 'string' | 'reference' | 'text' | 'integer' | 'seconds'

/** The differences between the databases in the definition of the tables. */
export interface Dialect {
  readonly name: DialectName
  readonly types: Readonly<Record<ColumnKind, string>>
  /**
   * Whether the database can roll back changes of the schema. If not, each statement must be one that may run again: it
   * creates a table together with its indexes, and only if the table does not exist.
   */
  readonly transactional: boolean
  /** The SQL after the columns of a table. `clusteredTable` is for tables whose rows may live in the primary key's index. */
  readonly table: string
  readonly clusteredTable: string
}

function types(string: (length: number) => string, text: string): Dialect['types'] {
  return { string: string(255), reference: string(256), text, integer: 'integer', seconds: 'bigint' }
}

/** SQLite compares text by bytes by default, and ignores the length of a type. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  types: types((length) => `varchar(${length})`, 'text'),
  transactional: true,
  table: '',
  // Keeps the rows in the B-tree of the primary key instead of in a separate one. Measured: redeem and rotate take 3 to 25 %
  // less time, a single insert and a find the same. MySQL always stores rows so, PostgreSQL never.
  clusteredTable: 'without rowid',
}

/** PostgreSQL compares equality by bytes in any deterministic collation, but orders by bytes only in the collation "C". */
const postgres: Dialect = {
  name: 'postgres',
  types: types((length) => `varchar(${length}) collate "C"`, 'text'),
  transactional: true,
  table: '',
  clusteredTable: '',
}

/** MySQL needs an explicit collation: the default ones ignore case and accents, the usual binary one trailing spaces. */
function mysql(collation: string): Dialect {
  const table = `engine = InnoDB default character set utf8mb4 collate ${collation}`
  return {
    name: 'mysql',
    // `text` ends at 64 KB.
    types: types((length) => `varchar(${length})`, 'mediumtext'),
    transactional: false,
    table,
    clusteredTable: table,
  }
}

/** Returns the dialect that the host has chosen, or else the one of the instance's Kysely adapter. */
export function dialectName<Database>(db: Kysely<Database>, chosen: DialectName | undefined): DialectName {
  if (chosen !== undefined) {
    if (chosen === 'sqlite' || chosen === 'postgres' || chosen === 'mysql') return chosen
    throw new TypeError(`@oauth/kysely: dialect must be sqlite, postgres or mysql, not ${JSON.stringify(chosen)}`)
  }
  const { adapter } = db.getExecutor()
  const names = classNames(adapter)
  if (names.includes('SqliteAdapter')) return 'sqlite'
  if (names.includes('PostgresAdapter')) return 'postgres'
  if (names.includes('MysqlAdapter')) return 'mysql'
  throw new TypeError(
    `@oauth/kysely: the Kysely adapter ${names[0]} is unknown; pass the option dialect: 'sqlite', 'postgres' or 'mysql'`,
  )
}

/**
 * Lists the names of the classes of an object, its own first. Names are needed because a dialect from another package
 * often uses another copy of Kysely (for instance its CommonJS build), so that `instanceof` is false.
 */
function classNames(instance: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(instance)
  if (typeof prototype !== 'object' || prototype === null) return []
  return [prototype.constructor.name, ...classNames(prototype)]
}

/** Reads the dialect for creating tables. MySQL and MariaDB have different binary collations without padding. */
export async function readDialect<Database>(db: Kysely<Database>, name: DialectName): Promise<Dialect> {
  if (name === 'sqlite') return sqliteDialect
  if (name === 'postgres') return postgres
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db)
  return mysql(binaryCollation(String(rows[0]?.version)))
}

/** Returns the collation that compares bytes, including trailing spaces, for a result of `version()`. */
export function binaryCollation(version: string): string {
  if (/mariadb/i.test(version)) return 'utf8mb4_nopad_bin'
  if (Number.parseInt(version, 10) >= 8) return 'utf8mb4_0900_bin'
  throw new Error(`@oauth/kysely needs MySQL 8.0.17 or MariaDB 10.2 or newer; this is ${version}`)
}
