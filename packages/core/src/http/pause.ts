/** Waits for this many seconds. In Node, it does not keep the process alive. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(Math.round(seconds * 1000)).addEventListener('abort', () => resolve(), { once: true })
  })
}
