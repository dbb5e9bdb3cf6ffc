import type { Random } from '../contracts/random.ts'

/** Bytes that are the same in every run. For tests alone: anybody can tell the next one (xorshift32). */
export function seededRandom(seed = 1): Random {
  let state = seed >>> 0 || 1
  return {
    bytes(length) {
      return Uint8Array.from({ length }, () => {
        state ^= state << 13
        state ^= state >>> 17
        state = (state ^ (state << 5)) >>> 0
        return state & 0xff
      })
    },
  }
}
