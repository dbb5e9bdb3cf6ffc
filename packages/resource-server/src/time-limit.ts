/**
 * Calls a function after the sockets were read. A process that had no time for its event loop, on a busy machine, calls its
 * timers first, though the answers may have come long ago.
 */
function afterReading(run: () => void): void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown }
  if (setImmediate === undefined) run()
  else setImmediate(run)
}

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
