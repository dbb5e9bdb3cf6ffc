import type { ReplayStore } from '../storage/replay.ts'
import type { Tables } from './tables.ts'

export function replayStore({ replays }: Tables): ReplayStore {
  return {
    claim(claim) {
      if (replays.has(claim.id)) return 'replayed'
      replays.insert(claim)
      return 'won'
    },
  }
}
