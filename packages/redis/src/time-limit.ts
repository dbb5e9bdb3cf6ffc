/**
 * Waits for a promise, for a limited time.
 * @throws {Error} when the time is over, and whatever the promise rejects with before
 */
export async function withinTime<Value>(promise: Promise<Value>, seconds: number, what: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${seconds} seconds`)), seconds * 1000)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}
