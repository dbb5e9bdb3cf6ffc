/** What `init` asks: the framework, the database, and whether to write demo pages. */
export interface Choices {
  readonly framework: Framework
  readonly database: Database
  readonly pages: 'yes' | 'no'
}

export type Framework = 'hono' | 'express' | 'next' | 'workers'
export type Database = 'sqlite' | 'postgres' | 'mysql' | 'memory'

export const frameworks: readonly [Framework, ...Framework[]] = ['hono', 'express', 'next', 'workers']
export const databases: readonly [Database, ...Database[]] = ['sqlite', 'postgres', 'mysql', 'memory']
export const pageChoices: readonly ['yes', 'no'] = ['yes', 'no']

/** Returns why these choices do not go together, or `undefined`. */
export function choiceProblem({ framework, database }: Pick<Choices, 'framework' | 'database'>): string | undefined {
  if (framework !== 'workers' || database === 'memory') return undefined
  return `Workers have no file and no connection that outlives a request, which ${database} needs: choose --database memory for a try, and write a storage for your platform afterwards (docs/storage.md).`
}
