import { beforeExit, later } from '../http/platform.ts'

/** With more characters than that, the lines do not wait. */
const mostWaiting = 65_536

/** Milliseconds that a line may wait for others. */
const patience = 10

/** The lines that wait. All loggers of a process share them, so that lines keep their order. */
let waiting = ''
let isScheduled = false
let flushesAtExit = false

/**
 * Writes a line to the console (`console.error`: standard output is for what a program prints). The lines of ten
 * milliseconds become one write: a server under load writes a thousand lines a second. A timer, and not the end of a turn of
 * the event loop (`setImmediate`): with that, the loop does not wait for requests to come together, and the storage then makes a
 * commit for each of them. A process that is killed loses these lines.
 * @param isUrgent writes the line at once, with those that wait
 */
export function writeLine(line: string, isUrgent: boolean): void {
  waiting = waiting === '' ? line : `${waiting}\n${line}`
  if (isUrgent || waiting.length > mostWaiting) flush()
  else if (!isScheduled) schedule()
}

function schedule(): void {
  isScheduled = later(flush, patience)
  if (!isScheduled) flush()
  else if (!flushesAtExit) {
    flushesAtExit = true
    beforeExit(flush)
  }
}

function flush(): void {
  isScheduled = false
  if (waiting === '') return
  const lines = waiting
  waiting = ''
  try {
    // biome-ignore lint/suspicious/noConsole: a logger for the console
    console.error(lines)
  } catch {
    // A console that throws must not make the request fail.
  }
}
