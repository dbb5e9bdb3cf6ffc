import type { Sample } from './protocol.ts'

export function sample(units: number): Sample {
  const { user, system } = process.cpuUsage()
  return { units, at: performance.now(), cpu: (user + system) / 1000 }
}
