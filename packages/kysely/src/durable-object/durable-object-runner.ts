import { drive } from '../drive.ts'
import { asUnavailable } from '../errors.ts'
import { type Answer, isReading, type Runner, type Step, step } from '../runner.ts'
import { type DurableObjectDatabase, execute, executeWrite } from './statements.ts'

const noRows: readonly unknown[] = []

/**
 * Runs statements in the database of a Durable Object. The object is the only user of its database and has one thread, and
 * no other code of it runs between the statements of a transaction. So there are no locks, no waits and nothing to repeat.
 */
export function durableObjectRunner(database: DurableObjectDatabase): Runner {
  function run({ query, parameters }: Step): Answer {
    if (isReading(query)) return { rows: execute(database, query.sql, parameters), affected: 0 }
    return { rows: noRows, affected: executeWrite(database, query.sql, parameters) }
  }

  function named<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  return {
    find: (statement, input, decode) => named(() => decode(run(step(statement, input)).rows[0] as never)),
    list: (statement, input, decode) => named(() => decode(run(step(statement, input)).rows as never)),
    write: (statement, input, decode) => named(() => decode(run(step(statement, input)).affected)),
    transaction: (program) => named(() => database.transactionSync(() => drive(program(), run))),
    sequence: (program) => named(() => drive(program(), run)),
  }
}
