/** Counts of what happened lately, by name, in a bounded memory. */
export interface Counts {
  /** Whether there is room for one more. It counts nothing. */
  allows(name: string): boolean
  add(name: string): void
  /** Takes one back that was added. */
  takeBack(name: string): void
  forget(name: string): void
}

export interface CountLimits {
  readonly limit: number
  readonly seconds: number
  /** How many names are known at one time. */
  readonly remembered: number
}

interface Count {
  count: number
  /** When it began, in seconds since the epoch. */
  readonly since: number
}

/**
 * Makes counts that begin with the first event and end after some seconds. When too many names are known, the one goes that
 * was used longest ago, but none that has used more than half of the limit: by inventing names nobody makes such a count
 * start anew. If all are of that kind, further names are refused.
 */
export function counts({ limit, seconds, remembered }: CountLimits): Counts {
  const calm = new Map<string, Count>()
  const busy = new Map<string, Count>()
  let purgedAt = 0

  /** A count from the future is from before the clock was set back, and its age is unknown. */
  const isLive = ({ since }: Count, now: number): boolean => now >= since && now - since < seconds

  const find = (name: string): Count | undefined => {
    const found = busy.get(name) ?? calm.get(name)
    return found !== undefined && isLive(found, nowInSeconds()) ? found : undefined
  }

  const forget = (name: string): void => {
    calm.delete(name)
    busy.delete(name)
  }

  /** Makes room for one more name, and tells whether there is any. It looks for ended counts once a second at most. */
  const hasRoom = (): boolean => {
    if (calm.size + busy.size < remembered || calm.size > 0) return true
    const now = nowInSeconds()
    if (Math.abs(now - purgedAt) >= 1) {
      purgedAt = now
      for (const [name, count] of busy) if (!isLive(count, now)) busy.delete(name)
    }
    return busy.size < remembered
  }

  return {
    allows(name) {
      const found = find(name)
      return found === undefined ? hasRoom() : found.count < limit
    },
    add(name) {
      const known = find(name) ?? { count: 0, since: nowInSeconds() }
      forget(name)
      known.count += 1
      const isBusy = known.count * 2 > limit
      if (calm.size + busy.size >= remembered) calm.delete(calm.keys().next().value as string)
      ;(isBusy ? busy : calm).set(name, known)
    },
    takeBack(name) {
      const found = find(name)
      if (found !== undefined) found.count = Math.max(0, found.count - 1)
    },
    forget,
  }
}

function nowInSeconds(): number {
  return Date.now() / 1000
}
