/** A secondary index: the ids that share one value, in the order in which they were added. */
export interface Multimap {
  add(value: string | undefined, id: string): void
  remove(value: string | undefined, id: string): void
  get(value: string): ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

export function multimap(): Multimap {
  const sets = new Map<string, Set<string>>()
  return {
    add(value, id) {
      if (value === undefined) return
      const set = sets.get(value)
      if (set) set.add(id)
      else sets.set(value, new Set([id]))
    },
    remove(value, id) {
      if (value === undefined) return
      const set = sets.get(value)
      if (set?.delete(id) && set.size === 0) sets.delete(value)
    },
    get: (value) => sets.get(value) ?? none,
  }
}
