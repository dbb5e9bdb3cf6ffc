import { StorageUnavailableError } from '@oauth/core'
import { driveAsync } from '../drive.ts'
import { asUnavailable, failureOf } from '../errors.ts'
import { type Answer, type Runner, type Step, step } from '../runner.ts'
import { within } from '../time-limit.ts'
import type { D1Client, D1Result } from './client.ts'

/** Thrown when a statement of `demand` has ended a batch. */
export const conditionFailed: Error = new Error('a condition of a batch does not hold')

/** A runner whose only transaction is a list of statements that is known before the first of them runs. */
export interface D1Runner extends Runner {
  /**
   * Runs statements in one transaction.
   * @throws {typeof conditionFailed} when a condition among them does not hold; then nothing is written
   */
  batch(steps: readonly Step[]): Promise<readonly Answer[]>
}

/** The error of `json()` for what is not JSON, which only a condition passes to it: see `condition.ts`. */
const isFailedCondition = (error: unknown): boolean =>
  error instanceof Error && /\bmalformed JSON\b/.test(error.message)

/** Whether SQLite or the binding has refused a statement. Any other error comes from the way to the database. */
const isRefusal = (error: Error): boolean =>
  error instanceof TypeError ||
  /\bSQLITE_(?!BUSY|INTERRUPT)|^D1_TYPE_ERROR|\bno such (?:table|column)\b/.test(error.message)

function named(error: unknown): unknown {
  if (isFailedCondition(error)) return conditionFailed
  if (failureOf(error) !== undefined) return asUnavailable(error)
  if (error instanceof StorageUnavailableError || !(error instanceof Error) || isRefusal(error)) return error
  return new StorageUnavailableError('D1 cannot be reached, or did not finish', { cause: error })
}

/** A batch is all or nothing. The client of D1 looks at the first result only, so this looks at all of them. */
function answersOf(results: readonly D1Result[], steps: readonly Step[]): readonly Answer[] {
  if (results.length !== steps.length || results.some(({ success }) => success !== true)) {
    throw new StorageUnavailableError('D1 did not run the whole batch')
  }
  return results.map(({ results: rows, meta }) => ({
    rows,
    affected: Number((meta as { readonly changes?: number }).changes ?? 0),
  }))
}

/**
 * Runs statements in D1, each call as one request. It repeats nothing: D1 itself repeats reads, and a write whose answer was
 * lost may have taken effect.
 */
export function d1Runner(database: D1Client, timeoutSeconds: number): D1Runner {
  const batch = (steps: readonly Step[]): Promise<readonly Answer[]> =>
    within(timeoutSeconds, async () => {
      const statements = steps.map(({ query, parameters }) =>
        database.prepare(query.sql).bind(...(parameters as never[])),
      )
      try {
        return answersOf(await database.batch(statements as never[]), steps)
      } catch (error) {
        throw named(error)
      }
    })
  const alone = async (statement: Step): Promise<Answer> => {
    const [answer] = await batch([statement])
    if (answer === undefined) throw new Error('D1 has answered a batch of one statement without a result')
    return answer
  }

  return {
    batch,
    find: async (statement, input, decode) => decode((await alone(step(statement, input))).rows[0] as never),
    list: async (statement, input, decode) => decode((await alone(step(statement, input))).rows as never),
    write: async (statement, input, decode) => decode((await alone(step(statement, input))).affected),
    transaction: () => {
      throw new Error('D1 has no transactions: conditionalVerbs must replace this verb')
    },
    sequence: (program) => driveAsync(program(), alone),
  }
}
