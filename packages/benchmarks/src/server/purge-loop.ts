import { setTimeout } from 'node:timers/promises'
import type { Provider } from '@oauth/core'
import type { Purged } from '../protocol.ts'

export interface PurgeLoop {
  start(settings: { readonly limit: number; readonly pause: number }): void
  stop(): Promise<Purged>
}

/** What docs/storage.md tells hosts to run beside their traffic, with a watch. */
export function purgeLoop(provider: Provider): PurgeLoop {
  const batches: number[] = []
  let rows = 0
  let running = false
  let ended: Promise<void> | undefined

  async function loop(limit: number, pause: number): Promise<void> {
    while (running) {
      const start = performance.now()
      const removed = await provider.purgeExpired({ limit })
      batches.push(performance.now() - start)
      rows += removed
      await setTimeout(removed < limit ? 1000 : pause)
    }
  }

  return {
    start({ limit, pause }) {
      running = true
      ended = loop(limit, pause)
    },
    async stop() {
      running = false
      await ended
      return { rows, batches }
    },
  }
}
