import type { Kysely, QueryResult } from 'kysely'
import { type Answer, type Program, type Runner, type Step, step } from './runner.ts'
import type { OAuthTables } from './schema.ts'

type Executor = Pick<Kysely<OAuthTables>, 'executeQuery'>

async function execute(db: Executor, { query, parameters }: Step): Promise<Answer> {
  const result: QueryResult<unknown> = await db.executeQuery({ ...query, parameters })
  return { rows: result.rows, affected: Number(result.numAffectedRows ?? 0) }
}

async function drive<T>(db: Executor, program: Program<T>): Promise<T> {
  let state = program.next()
  while (!state.done) state = program.next(await execute(db, state.value))
  return state.value
}

/** Runs statements through any Kysely instance, with a promise for each. */
export function kyselyRunner(db: Kysely<OAuthTables>): Runner {
  return {
    async find(statement, input, decode) {
      return decode((await execute(db, step(statement, input))).rows[0] as never)
    },
    async list(statement, input, decode) {
      return decode((await execute(db, step(statement, input))).rows as never)
    },
    async write(statement, input, decode) {
      return decode((await execute(db, step(statement, input))).affected)
    },
    async transaction(program) {
      let failure: { readonly error: unknown } | undefined
      try {
        return await db.transaction().execute(async (transaction) => {
          try {
            return await drive(transaction, program())
          } catch (error) {
            failure = { error }
            throw error
          }
        })
      } catch (error) {
        // A roll-back that fails as well must not hide why it was needed.
        throw failure ? failure.error : error
      }
    },
    sequence: (program) => drive(db, program()),
  }
}
