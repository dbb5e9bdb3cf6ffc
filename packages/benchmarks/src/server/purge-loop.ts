import { setTimeout } from 'node:timers/promises'
import type { Provider } from '@oauth/core'
import type { Purged } from '../protocol.ts'

export interface PurgeLoop {
  start(settings: { readonly limit: number; readonly rest: number }): void
  stop(): Promise<Purged>
}

/** The purge loop of docs/storage.md, which also measures the time of each batch. */
export function purgeLoop(provider: Provider): PurgeLoop {
  const batches: number[] = []
  let rows = 0
  let running = false
  let ended: Promise<void> | undefined

  async function loop(limit: number, rest: number): Promise<void> {
    while (running) {
      const start = performance.now()
      const removed = await provider.purgeExpired({ limit })
      const time = performance.now() - start
      batches.push(time)
      rows += removed
      await setTimeout(removed < limit ? 1000 : rest * time)
    }
  }

  return {
    start({ limit, rest }) {
      running = true
      ended = loop(limit, rest)
    },
    async stop() {
      running = false
      await ended
      return { rows, batches }
    },
  }
}
