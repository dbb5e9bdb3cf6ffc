/** A secondary index: the ids that share one value, in the order in which they were added. */
export interface Multimap<V> {
  add(value: V | undefined, id: string): void
  remove(value: V | undefined, id: string): void
  has(value: V): boolean
  get(value: V): ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

export function multimap<V = string>(): Multimap<V> {
  /** Most values have one id (a user with one grant, a second with one token), which needs no set of its own. */
  const ids = new Map<V, string | Set<string>>()
  return {
    add(value, id) {
      if (value === undefined) return
      const known = ids.get(value)
      if (known === undefined) ids.set(value, id)
      else if (typeof known === 'object') known.add(id)
      else if (known !== id) ids.set(value, new Set([known, id]))
    },
    remove(value, id) {
      if (value === undefined) return
      const known = ids.get(value)
      if (typeof known === 'object') {
        if (known.delete(id) && known.size === 0) ids.delete(value)
      } else if (known === id) ids.delete(value)
    },
    has: (value) => ids.has(value),
    get(value) {
      const known = ids.get(value)
      return typeof known === 'string' ? new Set([known]) : (known ?? none)
    },
  }
}
