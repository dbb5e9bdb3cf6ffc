import { type Kysely, sql } from 'kysely'

/** MariaDB is `mysql`, PGlite is `postgres`, libSQL and whatever else has the adapter of SQLite is `sqlite`. */
export type DialectName = 'sqlite' | 'postgres' | 'mysql'

/** The kinds of columns that the tables have. All text is compared byte for byte. */
export type ColumnKind = 'string' | 'reference' | 'text' | 'integer' | 'seconds'

/** All that differs from one database to the next in the definition of the tables. */
export interface Dialect {
  readonly name: DialectName
  readonly types: Readonly<Record<ColumnKind, string>>
  /**
   * Whether statements that change the schema can be rolled back. Where they cannot, each has to be one that may be
   * run again: a table comes with its indexes, and only if it is not there.
   */
  readonly transactional: boolean
  /** What follows the columns of a table, and of one whose rows may live in the primary key. */
  readonly table: string
  readonly clusteredTable: string
}

function types(string: (length: number) => string, text: string): Dialect['types'] {
  return { string: string(255), reference: string(256), text, integer: 'integer', seconds: 'bigint' }
}

/** Its own collation is binary, and it takes no notice of lengths. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  types: types((length) => `varchar(${length})`, 'text'),
  transactional: true,
  table: '',
  // Keeps the rows in the B-tree of the primary key instead of in one of their own beside it. Measured: redeem and rotate
  // take 3 to 25 % less time, a single insert and a find the same. MySQL does so always, PostgreSQL never.
  clusteredTable: 'without rowid',
}

/** Equality is by bytes in any deterministic collation; order is so in "C" alone, whatever the database was made with. */
const postgres: Dialect = {
  name: 'postgres',
  types: types((length) => `varchar(${length}) collate "C"`, 'text'),
  transactional: true,
  table: '',
  clusteredTable: '',
}

/** The usual collations fold case and accents, and the usual binary one ignores trailing spaces. */
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

/** The dialect of an instance by its adapter, unless the host says which it is. */
export function dialectName<Database>(db: Kysely<Database>, chosen: DialectName | undefined): DialectName {
  if (chosen !== undefined) {
    if (chosen === 'sqlite' || chosen === 'postgres' || chosen === 'mysql') return chosen
    throw new TypeError(`@oauth/kysely: dialect has to be sqlite, postgres or mysql, not ${JSON.stringify(chosen)}`)
  }
  const { adapter } = db.getExecutor()
  const names = classNames(adapter)
  if (names.includes('SqliteAdapter')) return 'sqlite'
  if (names.includes('PostgresAdapter')) return 'postgres'
  if (names.includes('MysqlAdapter')) return 'mysql'
  throw new TypeError(`@oauth/kysely: ${names[0]} is unknown here; say dialect: 'sqlite', 'postgres' or 'mysql'`)
}

/**
 * The names of the classes of an object, its own first. A dialect from another package often brings the adapter of another
 * copy of Kysely (its CommonJS build, for one), which is an instance of no class of ours.
 */
function classNames(instance: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(instance)
  if (typeof prototype !== 'object' || prototype === null) return []
  return [prototype.constructor.name, ...classNames(prototype)]
}

/** What is needed to make tables. MySQL and MariaDB have no binary collation without padding in common. */
export async function readDialect<Database>(db: Kysely<Database>, name: DialectName): Promise<Dialect> {
  if (name === 'sqlite') return sqliteDialect
  if (name === 'postgres') return postgres
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db)
  return mysql(binaryCollation(String(rows[0]?.version)))
}

/** The collation that compares bytes, trailing spaces included, by what `version()` answers. */
export function binaryCollation(version: string): string {
  if (/mariadb/i.test(version)) return 'utf8mb4_nopad_bin'
  if (Number.parseInt(version, 10) >= 8) return 'utf8mb4_0900_bin'
  throw new Error(`@oauth/kysely needs MySQL 8.0.17 or MariaDB 10.2 or newer; this is ${version}`)
}
