/** A fault: the process dies at one statement, before or after the database has run it. */
export interface Fault {
  /** The statement's number since the fault was armed, from 0. */
  readonly at: number
  readonly when: 'before' | 'after'
}

/** Returns the verb and the table of a statement, for instance `insert oauth_grants`. */
export function nameOf(sql: string): string {
  const [verb = ''] = sql.split(' ')
  return `${verb} ${/oauth_\w+/.exec(sql)?.[0] ?? ''}`.trim()
}

/** Counts the statements of this process, and kills the process at the statement of the armed fault. */
export interface FaultLine {
  arm(fault: Fault | undefined): void
  /** The names of the statements since `arm`. */
  readonly seen: readonly string[]
  /**
   * Must be called before each statement; the function that it returns must be called after it, also when the statement
   * failed. Both kill the process if the armed fault says so. Statements may run at the same time.
   */
  before(name: string): () => void
}

export function faultLine(): FaultLine {
  let fault: Fault | undefined
  let seen: string[] = []

  const die = (): void => {
    process.kill(process.pid, 'SIGKILL')
    // Block until the signal arrives, so that the process does nothing more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }

  return {
    get seen() {
      return seen
    },
    arm(next) {
      fault = next
      seen = []
    },
    before(name) {
      const index = seen.push(name) - 1
      const when = fault?.at === index ? fault.when : undefined
      if (when === 'before') die()
      return () => {
        if (when === 'after') die()
      }
    },
  }
}
