import type { DatabaseConnection, Dialect, Driver } from 'kysely'
import type { DatabaseLink, Trap } from './link.ts'

/** A connection of a pool. A lost connection fails at its next statement. */
interface Line extends DatabaseConnection {
  readonly inner: DatabaseConnection
  isLost: boolean
  inTransaction: boolean
}

const failure = (code: string): Error => Object.assign(new Error(`${code}: the connection to the database`), { code })

/**
 * Makes a link to a database of this process. There is no server to stop, so the dialect throws the errors of a server's
 * driver. It rolls back a transaction whose connection is lost, as a server does.
 */
export function localLink(dialect: Dialect): { readonly dialect: Dialect; readonly link: DatabaseLink } {
  const lines = new Set<Line>()
  let isDown = false
  /** The number of broken connections that the pool still hands out. */
  let dead = 0
  let trap: { readonly pattern: RegExp; readonly when: Trap; skip: number } | undefined
  let sent = ''
  let held: (() => void)[] | undefined

  const driver = dialect.createDriver()

  async function lose(line: Line): Promise<void> {
    line.isLost = true
    if (!line.inTransaction) return
    line.inTransaction = false
    await driver.rollbackTransaction(line.inner)
  }

  async function pass<T>(line: Line, text: string, run: () => Promise<T>): Promise<T> {
    sent += `${text}\n`
    const sprung = trap?.pattern.test(text) && trap.skip-- <= 0 ? trap.when : undefined
    if (sprung !== undefined) trap = undefined
    if (sprung === 'stall') held ??= []
    if (held !== undefined) await new Promise<void>((resolve) => held?.push(resolve))
    if (sprung === 'before') await lose(line)
    if (line.isLost) throw failure('ECONNRESET')
    const result = await run()
    if (sprung === 'after' || sprung === 'within') {
      await lose(line)
      throw failure('ECONNRESET')
    }
    return result
  }

  function release(): void {
    const waiting = held ?? []
    held = undefined
    for (const resume of waiting) resume()
  }

  const linked: Driver = {
    init: () => driver.init(),
    destroy: () => driver.destroy(),
    async acquireConnection() {
      if (isDown) throw failure('ECONNREFUSED')
      const inner = await driver.acquireConnection()
      const line: Line = {
        inner,
        isLost: isDown || dead > 0,
        inTransaction: false,
        executeQuery: (query) => pass(line, query.sql, () => inner.executeQuery(query)),
        streamQuery: (query, size) => inner.streamQuery(query, size),
      }
      if (dead > 0) dead--
      lines.add(line)
      return line
    },
    async releaseConnection(connection) {
      lines.delete(connection as Line)
      await driver.releaseConnection((connection as Line).inner)
    },
    beginTransaction: (connection, settings) => {
      const line = connection as Line
      return pass(line, 'begin', async () => {
        await driver.beginTransaction(line.inner, settings)
        line.inTransaction = true
      })
    },
    commitTransaction: (connection) => {
      const line = connection as Line
      return pass(line, 'commit', async () => {
        await driver.commitTransaction(line.inner)
        line.inTransaction = false
      })
    },
    rollbackTransaction: (connection) => {
      const line = connection as Line
      return pass(line, 'rollback', async () => {
        await driver.rollbackTransaction(line.inner)
        line.inTransaction = false
      })
    },
  }

  const goDown = async (): Promise<void> => {
    isDown = true
    for (const line of lines) await lose(line)
    release()
  }

  return {
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createDriver: () => linked,
    },
    link: {
      sent: () => sent,
      stall() {
        held ??= []
      },
      resume: release,
      on(pattern, when, skip = 0) {
        trap = { pattern, when, skip }
      },
      disarm() {
        const isArmed = trap !== undefined
        trap = undefined
        return isArmed
      },
      goDown,
      async comeBack() {
        isDown = false
        dead = 1
      },
      close: goDown,
    },
  }
}
