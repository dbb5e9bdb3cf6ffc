import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

const session = new Session()

/** Starts a profile like that of `node --cpu-prof`, but without the start of the process and the warm-up. */
export async function startProfile(): Promise<void> {
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 250 })
  await session.post('Profiler.start')
}

export async function stopProfile(file: string): Promise<void> {
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  writeFileSync(file, JSON.stringify(profile))
}
