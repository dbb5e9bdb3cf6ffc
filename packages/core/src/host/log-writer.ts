import { beforeExit, endOfTurn } from '../http/platform.ts'

/** With more characters than that, the lines do not wait for the end of the turn. */
const mostWaiting = 65_536

/** The lines of this turn of the event loop. All loggers of a process share them, so that lines keep their order. */
let waiting = ''
let isScheduled = false
let flushesAtExit = false

/**
 * Writes a line to the console (`console.error`: standard output is for what a program prints). The lines of one turn of the
 * event loop become one write, where the platform tells the end of a turn: a server under load serves many requests in one.
 * @param isUrgent writes the line at once, with those that wait
 */
export function writeLine(line: string, isUrgent: boolean): void {
  waiting = waiting === '' ? line : `${waiting}\n${line}`
  if (isUrgent || waiting.length > mostWaiting) flush()
  else if (!isScheduled) schedule()
}

function schedule(): void {
  isScheduled = endOfTurn(flush)
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
