/** The variables that name a database server to the tests. */
export const serverVariables = { postgres: 'POSTGRES_URL', mysql: 'MYSQL_URL' } as const

export type ServerName = keyof typeof serverVariables

const names = Object.keys(serverVariables) as readonly ServerName[]

/** The database servers that this machine has. */
export const serverNames: readonly ServerName[] = names.filter((name) => process.env[serverVariables[name]])

/**
 * Whether tests also run on SQLite and PGlite, which every machine has. `OAUTH_TEST_DATABASES=servers` leaves them out,
 * because `.ci/run` has already run the tests on them.
 */
export const withLocalDatabases: boolean = process.env.OAUTH_TEST_DATABASES !== 'servers'

/** The variable that names the folder with PostgreSQL's programs, for tests that start and kill servers of their own. */
export const programsVariable = 'POSTGRES_BIN'

/** A list for `describe.each` with that folder, or an empty list. */
export const postgresPrograms: readonly string[] = [process.env[programsVariable] ?? []].flat().filter(Boolean)
