/** What `init` asks: the framework, the database, and whether to write demo pages. */
export interface Choices {
  readonly framework: Framework
  readonly database: Database
  readonly pages: 'yes' | 'no'
}

export type Framework = 'hono' | 'express' | 'next' | 'workers'
export type Database = 'sqlite' | 'postgres' | 'mysql' | 'memory' | 'durable-object' | 'd1'

export const frameworks: readonly [Framework, ...Framework[]] = ['hono', 'express', 'next', 'workers']
const ofServers: readonly [Database, ...Database[]] = ['sqlite', 'postgres', 'mysql', 'memory']
const ofWorkers: readonly [Database, ...Database[]] = ['durable-object', 'd1']
export const databases: readonly [Database, ...Database[]] = [...ofServers, ...ofWorkers]
export const pageChoices: readonly ['yes', 'no'] = ['yes', 'no']

/** Returns the databases that go together with a framework. The first one is the default. */
export function databasesOf(framework: Framework): readonly [Database, ...Database[]] {
  return framework === 'workers' ? ofWorkers : ofServers
}

/** Returns why these choices do not go together, or `undefined`. */
export function choiceProblem({ framework, database }: Pick<Choices, 'framework' | 'database'>): string | undefined {
  if (databasesOf(framework).includes(database)) return undefined
  if (framework !== 'workers')
    return 'Only Workers have Durable Objects and D1: choose --framework workers, or another --database.'
  return `Workers have no file, no memory and no connection that outlives a request, which ${database} needs: choose --database durable-object, the SQLite of a Durable Object, or d1.`
}
