/** What happens at one statement: the process dies, or the driver fails, before or after the database has run it. */
export interface Fault {
  /** The statement's number since the fault was armed, from 0; or the first one of this name. */
  readonly at: number | 'commit'
  readonly when: 'before' | 'after'
  readonly how: 'die' | 'lose-connection'
}

/** `insert oauth_grants`: what a statement does to which table. */
export function nameOf(sql: string): string {
  const [verb = ''] = sql.split(' ')
  return `${verb} ${/oauth_\w+/.exec(sql)?.[0] ?? ''}`.trim()
}

/** Counts the statements of this process, and makes one of them fail. */
export interface FaultLine {
  arm(fault: Fault | undefined): void
  /** The statements since `arm`, by name. */
  readonly seen: readonly string[]
  /** Whether the next statement has to fail now. */
  before(name: string): void
  after(): void
}

export function faultLine(): FaultLine {
  let fault: Fault | undefined
  let seen: string[] = []
  let hit = false

  const strike = (how: Fault['how']): void => {
    if (how === 'die') {
      process.kill(process.pid, 'SIGKILL')
      // The signal is on its way; nothing more may happen here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    throw Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' })
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
      hit = fault !== undefined && !hit && (fault.at === index || fault.at === name)
      if (hit && fault?.when === 'before') {
        const { how } = fault
        fault = undefined
        strike(how)
      }
    },
    after() {
      if (hit && fault?.when === 'after') {
        const { how } = fault
        fault = undefined
        strike(how)
      }
      hit = false
    },
  }
}
