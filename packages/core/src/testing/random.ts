import type { Random } from '../contracts/random.ts'

/** Makes a source of bytes that is the same in every run (xorshift32). For tests only: its bytes are predictable. */
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
