/** The process dies at one statement, before or after the database has run it. */
export interface Fault {
  /** The statement's number since the fault was armed, from 0. */
  readonly at: number
  readonly when: 'before' | 'after'
}

/** `insert oauth_grants`: what a statement does to which table. */
export function nameOf(sql: string): string {
  const [verb = ''] = sql.split(' ')
  return `${verb} ${/oauth_\w+/.exec(sql)?.[0] ?? ''}`.trim()
}

/** Counts the statements of this process, and ends it at one of them. */
export interface FaultLine {
  arm(fault: Fault | undefined): void
  /** The statements since `arm`, by name. */
  readonly seen: readonly string[]
  /** Around each statement: ends the process where the armed fault says so. */
  before(name: string): void
  after(): void
}

export function faultLine(): FaultLine {
  let fault: Fault | undefined
  let seen: string[] = []
  let hit = false

  const die = (): void => {
    process.kill(process.pid, 'SIGKILL')
    // The signal is on its way; nothing more may happen here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }

  return {
    get seen() {
      return seen
    },
    arm(next) {
      fault = next
      seen = []
      hit = false
    },
    before(name) {
      const index = seen.push(name) - 1
      hit = fault?.at === index
      if (hit && fault?.when === 'before') die()
    },
    after() {
      if (hit && fault?.when === 'after') die()
      hit = false
    },
  }
}
