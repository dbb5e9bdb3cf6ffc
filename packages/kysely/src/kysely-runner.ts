import type { DatabaseConnection, Kysely, QueryResult } from 'kysely'
import { driveAsync } from './drive.ts'
import { isImpossibleText } from './errors.ts'
import { repeat } from './repeat.ts'
import { type Answer, type Program, type Runner, type Step, step } from './runner.ts'
import type { OAuthTables } from './schema.ts'
import { type TimeLimit, within } from './time-limit.ts'

async function execute(connection: DatabaseConnection, { query, parameters }: Step): Promise<Answer> {
  const result: QueryResult<unknown> = await connection.executeQuery({ ...query, parameters })
  return { rows: result.rows, affected: Number(result.numAffectedRows ?? 0) }
}

/** Runs `work` on the connection of an instance. `db.connection()` would make an instance for it each time. */
function onConnection<T>(db: Kysely<OAuthTables>, work: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
  return db.getExecutor().provideConnection(work)
}

/**
 * Runs statements through any Kysely instance, with a promise for each, at the default isolation level of the database.
 * Each verb ends within the time limit. After a lost connection, `repeat` runs a read or a transaction again, and what has not
 * been sent yet, but never a single write or a `commit` whose outcome is unknown.
 */
export function kyselyRunner(db: Kysely<OAuthTables>, timeoutSeconds: number): Runner {
  /** Runs one statement alone. It does not run if a connection becomes available only after the time limit. */
  function alone(statement: Step, kind: 'reading' | 'writing'): Promise<Answer> {
    return within(timeoutSeconds, (limit) => {
      let isSent = false
      const attempt = () => {
        isSent = false
        return onConnection(db, (connection) => {
          limit.check()
          isSent = true
          return execute(connection, statement)
        })
      }
      return repeat(limit, attempt, () => kind === 'reading' || !isSent)
    })
  }

  /** Returns the rows of a reading statement. */
  async function read(statement: Step): Promise<readonly unknown[]> {
    try {
      return (await alone(statement, 'reading')).rows
    } catch (error) {
      if (isImpossibleText(error)) return []
      throw error
    }
  }

  /** Runs a program in one transaction. It is rolled back if the time limit passes before `commit` is sent. */
  async function attempt<T>(limit: TimeLimit, program: () => Program<T>, committing: () => void): Promise<T> {
    let failure: { readonly error: unknown } | undefined
    try {
      return await db.transaction().execute(async (transaction) => {
        try {
          limit.check()
          const result = await onConnection(transaction, (connection) =>
            driveAsync(program(), async (statement) => {
              const answer = await execute(connection, statement)
              limit.check()
              return answer
            }),
          )
          committing()
          return result
        } catch (error) {
          failure = { error }
          throw error
        }
      })
    } catch (error) {
      // If the roll-back fails as well, throw the error that made it necessary.
      throw failure ? failure.error : error
    }
  }

  return {
    async find(statement, input, decode) {
      return decode((await read(step(statement, input)))[0] as never)
    },
    async list(statement, input, decode) {
      return decode((await read(step(statement, input))) as never)
    },
    async write(statement, input, decode) {
      return decode((await alone(step(statement, input), 'writing')).affected)
    },
    transaction: (program) =>
      within(timeoutSeconds, (limit) => {
        let isUndone = true
        const begin = () => {
          isUndone = true
          return attempt(limit, program, () => {
            isUndone = false
          })
        }
        return repeat(limit, begin, () => isUndone)
      }),
    sequence: (program) => driveAsync(program(), (statement) => alone(statement, 'writing')),
  }
}
