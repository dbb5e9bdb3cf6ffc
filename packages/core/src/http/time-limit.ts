import { afterReading } from './platform.ts'

/**
 * Makes a signal that aborts after this many seconds with a `TimeoutError`, but not before answers that have already
 * arrived are read. In Node, it does not keep the process alive.
 */
export function timeLimit(seconds: number): AbortSignal {
  const controller = new AbortController()
  const timer = AbortSignal.timeout(seconds * 1000)
  timer.addEventListener('abort', () => afterReading(() => controller.abort(timer.reason)), { once: true })
  return controller.signal
}
