import { StorageUnavailableError } from '@oauth/core'
import type { PostgresPoolClient } from 'kysely'
import { failureOf } from './errors.ts'
import { compiledTexts } from './statement.ts'
import { within } from './time-limit.ts'

/** A connection of `pg`, with what Kysely's type for it leaves out. */
export interface PgClient extends PostgresPoolClient {
  on?(event: 'error' | 'notice', listener: (message: { readonly routine?: unknown }) => void): unknown
  /** With an error, the pool closes the connection instead of keeping it. */
  release(error?: unknown): void
}

/** What `pg` accepts as the first argument of `query`: a text, a statement with a name, or a cursor. */
type Query = string | { readonly text?: string; readonly submit?: unknown }

/**
 * The function of PostgreSQL in which a commit waits for the standby. A notice of it says that the wait was cancelled
 * (`pg_cancel_backend`): the commit is then answered like any other, but only this server has it.
 */
const waitForStandby = 'SyncRepWaitForLSN'

function notReplicated(): Error {
  const message = 'the wait of a commit for the standby was cancelled: the commit may be lost with this server'
  // statement_completion_unknown
  return Object.assign(new Error(message), { code: '40003' })
}

/** Tells whether a connection is of no more use after this error: it is lost, has no answer, or its server is read-only. */
function isOver(error: unknown): boolean {
  if (error instanceof StorageUnavailableError) return true
  const failure = failureOf(error)
  if (failure === 'read-only') return true
  const { code } = error as { readonly code?: unknown }
  // After statement_completion_unknown and query_canceled the connection goes on.
  return failure === 'unreachable' && code !== '40003' && code !== '57014'
}

/**
 * Wraps a connection of `pg`. Once it is lost, its server has become read-only, or a statement of the storage has had no
 * answer for `timeoutSeconds`, each further statement fails, and the pool closes the connection instead of keeping it.
 * @param whenOver called once, when the connection becomes useless
 */
export function guardClient(client: PgClient, timeoutSeconds: number, whenOver: () => void): PostgresPoolClient {
  let over: { readonly error: unknown } | undefined
  let wasOurs = false
  /** The statements without an answer, oldest first: the server answers them in this order. */
  const running: { isAlone: boolean }[] = []
  // Without a listener, the end of a connection would end the process.
  client.on?.('error', () => undefined)
  client.on?.('notice', ({ routine }) => {
    const [answering] = running
    if (routine === waitForStandby && answering !== undefined) answering.isAlone = true
  })

  /** Whether a statement must be answered in time. The host's own statements, and their commit, may take longer. */
  function isLimited(text: string): boolean {
    const isOurs = compiledTexts.has(text)
    const isLimited = isOurs || text === 'begin' || text === 'rollback' || (text === 'commit' && wasOurs)
    wasOurs = isOurs
    return isLimited
  }

  async function run(query: Query, rest: readonly unknown[]): Promise<unknown> {
    if (over !== undefined) throw over.error
    const statement = { isAlone: false }
    running.push(statement)
    const send = () => (client.query as (...args: unknown[]) => Promise<unknown>)(query, ...rest)
    try {
      const text = typeof query === 'string' ? query : (query.text ?? '')
      const answer = await (isLimited(text) ? within(timeoutSeconds, send) : send())
      if (statement.isAlone) throw notReplicated()
      return answer
    } catch (error) {
      if (isOver(error)) {
        over = { error }
        whenOver()
      }
      throw error
    } finally {
      running.splice(running.indexOf(statement), 1)
    }
  }

  const query = (first: Query, ...rest: unknown[]) =>
    typeof first !== 'string' && first.submit !== undefined ? client.query(first as never) : run(first, rest)
  return {
    query: query as PostgresPoolClient['query'],
    release: () => client.release(over?.error),
  }
}
