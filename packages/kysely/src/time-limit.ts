import { StorageUnavailableError } from '@oauth/core'

/** How long something may take. */
export interface TimeLimit {
  /** Whether whoever waited for it has given up. */
  readonly passed: boolean
  /** Throws when it has passed, so that nothing more is begun that nobody waits for. */
  check(): void
}

/**
 * What `work` resolves with, unless that takes longer than so many seconds: then a `StorageUnavailableError`. The work
 * itself cannot be ended from here; it looks at the limit before each step.
 */
export async function within<T>(timeoutSeconds: number, work: (limit: TimeLimit) => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let late: StorageUnavailableError | undefined
  const limit: TimeLimit = {
    get passed() {
      return late !== undefined
    },
    check() {
      if (late !== undefined) throw late
    },
  }
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = new StorageUnavailableError(`the database did not answer within ${timeoutSeconds} s`)
      reject(late)
    }, timeoutSeconds * 1000)
  })
  const result = work(limit)
  // It may fail after the limit, when nobody looks any more.
  result.catch(() => undefined)
  try {
    return await Promise.race([result, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
