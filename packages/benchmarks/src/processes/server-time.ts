import { readdirSync, readFileSync } from 'node:fs'

/**
 * Returns a function that reads the milliseconds of processor time that a process and its children have used, of all their
 * threads. PostgreSQL has a child for each connection, MariaDB a thread. Linux only; those that have ended are not counted.
 */
export function treeTime(root: number): () => number {
  return () => {
    const members = new Set([root])
    // A child has a larger number than its parent, unless the numbers have begun again: then it is not counted.
    for (const id of processes()) if (members.has(parentOf(id))) members.add(id)
    let nanoseconds = 0
    for (const id of members) nanoseconds += timeOf(id)
    return nanoseconds / 1e6
  }
}

/** Milliseconds of processor time of the whole machine so far: those in which a core was busy, and all. Linux only. */
export function machineTime(): { readonly busy: number; readonly all: number } {
  const [, ...ticks] = textOf('/proc/stat').split('\n', 1)[0]?.split(/ +/) ?? []
  // user, nice, system, idle, iowait, irq, softirq, steal. The rest is part of the first two.
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, ...interrupts] = ticks.slice(0, 8).map(Number)
  const busy = user + nice + system + interrupts.reduce((sum, time) => sum + time, 0)
  return { busy: busy * 10, all: (busy + idle + waiting) * 10 }
}

function processes(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}

/** Returns the process that has started this one, or 0 if it has ended. */
export function parentOf(id: number): number {
  // The second field is the name, in parentheses, and may contain spaces.
  return Number(
    textOf(`/proc/${id}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[1] ?? 0,
  )
}

/** Nanoseconds on a processor. */
function timeOf(id: number): number {
  try {
    return readdirSync(`/proc/${id}/task`).reduce(
      (sum, thread) => sum + Number(textOf(`/proc/${id}/task/${thread}/schedstat`).split(' ')[0]),
      0,
    )
  } catch {
    return 0
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
