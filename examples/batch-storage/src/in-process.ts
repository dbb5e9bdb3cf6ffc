import type { Entry, Key, KeyValueStore } from './key-value.ts'

interface Stored {
  readonly json: string
  readonly version: number
}

/** Ends a text within a key. No id contains NUL, and it sorts before every other character. */
const encode = (key: Key): string => key.map((text) => `${text}\0`).join('')
const decode = (encoded: string): Key => encoded.slice(0, -1).split('\0')

/** Simulates a round trip to a server: lets other callers run. */
const roundTrip = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A key-value store inside this process. A real one is a service, with an ordered index and a disk. */
export function inProcessStore(): KeyValueStore {
  const stored = new Map<string, Stored>()
  let versions = 0

  function entryOf(encoded: string): Entry | undefined {
    const found = stored.get(encoded)
    return found && { key: decode(encoded), value: JSON.parse(found.json), version: found.version }
  }

  return {
    async get(key) {
      await roundTrip()
      return entryOf(encode(key))
    },
    async list({ prefix, after, limit = Number.POSITIVE_INFINITY }) {
      await roundTrip()
      const begin = encode(prefix)
      const last = after && Buffer.from(encode(after))
      return [...stored.keys()]
        .filter((encoded) => encoded.startsWith(begin))
        .map((encoded) => ({ encoded, bytes: Buffer.from(encoded) }))
        .filter(({ bytes }) => last === undefined || Buffer.compare(bytes, last) > 0)
        .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
        .slice(0, limit)
        .flatMap(({ encoded }) => entryOf(encoded) ?? [])
    },
    async batch(conditions, writes) {
      await roundTrip()
      // From here on no other code runs in between.
      if (conditions.some(({ key, version }) => stored.get(encode(key))?.version !== version)) return false
      for (const { key, value } of writes) {
        if (value === undefined) stored.delete(encode(key))
        else stored.set(encode(key), { json: JSON.stringify(value), version: ++versions })
      }
      return true
    },
  }
}
