/** What the trail could not do. */
export interface AuditTrailProblem {
  /** How many events were lost since the last time that this was told. */
  readonly dropped: number
  /** Why: the error of the database, or an error that says what to change. */
  readonly cause: unknown
}

export interface QueueOptions<Row> {
  /** Writes rows, all or none of them. Rows that are stored already are no error. */
  write(rows: readonly Row[]): Promise<void>
  /** Tells whether the rows may be stored when they are written again later. */
  isTemporary(error: unknown): boolean
  readonly queueSize: number
  readonly batchSize: number
  readonly flushSeconds: number
  onError(problem: AuditTrailProblem): void
}

/** Rows that wait to be written in batches, one batch at a time. */
export interface Queue<Row> {
  /** Adds a row. It neither waits nor throws. */
  add(row: Row): void
  /** Writes what waits. Rejects when the database cannot take it now; the rows then wait on. */
  flush(): Promise<void>
  /** Writes what waits and takes no more rows. Rejects when rows are lost. */
  close(): Promise<void>
}

/** Milliseconds after a failure until the next attempt, doubled with each further failure up to the longest. */
const firstPause = 500
const longestPause = 30_000

/** Makes a queue. It is bounded: while the database is away, what does not fit is lost and counted. */
export function createQueue<Row>(options: QueueOptions<Row>): Queue<Row> {
  const { queueSize, batchSize, flushSeconds } = options
  let waiting: Row[] = []
  let writing: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = 0
  let dropped = 0
  let isClosed = false

  const tell = (cause: unknown): void => {
    const problem = { dropped, cause }
    dropped = 0
    try {
      options.onError(problem)
    } catch {
      // Nobody else can be told.
    }
  }

  const schedule = (milliseconds: number): void => {
    if (timer !== undefined || isClosed) return
    timer = setTimeout(() => {
      timer = undefined
      flush().catch(() => undefined)
    }, milliseconds)
    // What waits does not keep a process alive: call `close` at its end.
    ;(timer as { unref?(): void }).unref?.()
  }

  /** Writes rows one by one, to find the one that the database cannot store at all. */
  async function writeEach(rows: readonly Row[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      try {
        await options.write([row])
      } catch (error) {
        if (options.isTemporary(error)) {
          waiting = [...rows.slice(index), ...waiting]
          throw error
        }
        dropped += 1
        tell(error)
      }
    }
  }

  async function writeNext(): Promise<void> {
    const rows = waiting.slice(0, batchSize)
    waiting = waiting.slice(batchSize)
    try {
      await options.write(rows)
    } catch (error) {
      if (!options.isTemporary(error)) await writeEach(rows)
      else {
        waiting = [...rows, ...waiting]
        throw error
      }
    }
    pause = 0
    if (dropped > 0) tell(new Error(`the queue of the audit trail was full (${queueSize} events)`))
  }

  /** Writes until nothing waits. It is over in the moment in which it sees that, so that no row comes in between and is left. */
  async function drain(): Promise<void> {
    // Until `writing` is set.
    await undefined
    try {
      while (waiting.length > 0) await writeNext()
    } catch (error) {
      pause = Math.min(longestPause, pause === 0 ? firstPause : pause * 2)
      tell(error)
      schedule(pause)
      throw error
    } finally {
      writing = undefined
    }
  }

  function flush(): Promise<void> {
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
    writing ??= drain()
    return writing
  }

  return {
    add(row) {
      if (isClosed) {
        dropped += 1
        return tell(new Error('the audit trail is closed: close it after the last request'))
      }
      if (waiting.length >= queueSize) {
        dropped += 1
        return
      }
      waiting.push(row)
      // After a failure the next attempt has its time.
      if (pause > 0) return
      if (waiting.length >= batchSize) flush().catch(() => undefined)
      else schedule(flushSeconds * 1000)
    },
    flush,
    async close() {
      isClosed = true
      try {
        // A write that began before may fail with a connection that was lost, and the next one take another.
        await writing?.catch(() => undefined)
        await flush()
      } catch (cause) {
        throw new Error(`@oauth/kysely: ${waiting.length} events of the audit trail were not stored`, { cause })
      } finally {
        if (timer !== undefined) clearTimeout(timer)
      }
    },
  }
}
