import { timeLimit } from '../http/time-limit.ts'

/**
 * Waits for a function of the host, and no longer than `seconds`, even if it does not heed the signal.
 * @throws what the function throws, or an error for which `isLate` is true
 */
export async function withinSeconds<T>(
  call: string,
  seconds: number,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const signal = timeLimit(seconds)
  const late = new Promise<never>((_, reject) => {
    const tell = () => reject(new Error(`${call} did not answer within ${seconds} s`, { cause: signal.reason }))
    signal.addEventListener('abort', tell, { once: true })
  })
  // Usually the race is over by then, and the rejection would be reported as unhandled.
  late.catch(() => undefined)
  return Promise.race([(async () => work(signal))(), late])
}

/** Tells whether a call took too long, by the server's clock or by that of the host's function. */
export function isLate(thrown: unknown): boolean {
  const { name, cause } = (thrown ?? {}) as { readonly name?: unknown; readonly cause?: { readonly name?: unknown } }
  return name === 'TimeoutError' || cause?.name === 'TimeoutError'
}
