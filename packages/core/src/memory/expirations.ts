import { multimap } from './multimap.ts'

/** An index of ids by the second at which they expire. It finds what has expired without reading anything else. */
export interface Expirations {
  /** Moves an id from one second to another. `undefined` is no second: the id comes, goes, or never expires. */
  move(id: string, before: number | undefined, after: number | undefined): void
  /** Returns at most `limit` ids whose second is before `now`, the oldest second first. */
  before(now: number, limit: number): readonly string[]
}

export function expirations(): Expirations {
  const idsBySecond = multimap<number>()
  /**
   * All seconds of the index, in ascending order. Most rows of a table live equally long, so a new second is usually the
   * last. A second whose ids are gone stays until `before` comes across it.
   */
  const seconds: number[] = []

  function addSecond(second: number): void {
    let [low, high] = [0, seconds.length]
    if ((seconds[high - 1] ?? Number.NEGATIVE_INFINITY) < second) low = high
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((seconds[middle] as number) < second) low = middle + 1
      else high = middle
    }
    if (seconds[low] !== second) seconds.splice(low, 0, second)
  }

  return {
    move(id, before, after) {
      if (before === after) return
      idsBySecond.remove(before, id)
      if (after === undefined) return
      if (!idsBySecond.has(after)) addSecond(after)
      idsBySecond.add(after, id)
    },
    before(now, limit) {
      const found: string[] = []
      let empty = 0
      for (const second of seconds) {
        if (second >= now || found.length >= limit) break
        for (const id of idsBySecond.get(second)) {
          if (found.length >= limit) break
          found.push(id)
        }
        if (found.length === 0) empty += 1
      }
      seconds.splice(0, empty)
      return found
    },
  }
}
