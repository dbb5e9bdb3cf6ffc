import { sharedWork } from '../http/shared-work.ts'

/** How the keys of a provider are read, and where what was read is kept. */
export interface RingSource<Ring> {
  /** Reads the keys and makes none. */
  readonly look: () => Promise<Ring>
  /** Reads the keys, and makes those that are missing. */
  readonly read: () => Promise<Ring>
  /** What was kept last. */
  readonly known: () => Ring | undefined
  readonly keep: (fresh: Ring) => void
}

/** The reads of keys, which callers at the same time share. A read after a change joins none that began before the change. */
export interface RingReads<Ring> extends Pick<RingSource<Ring>, 'look' | 'read'> {
  readonly lookAfterChange: () => Promise<Ring>
  readonly readAfterChange: () => Promise<Ring>
}

/** Makes reads of which none that ends late puts back what a later one no longer found. */
export function ringReads<Ring>({ look, read, known, keep }: RingSource<Ring>): RingReads<Ring> {
  const reads = sharedWork<Ring>()
  const sharing = (name: string, find: () => Promise<Ring>) => (): Promise<Ring> =>
    reads.run(name, async (isCurrent) => {
      const fresh = await find()
      if (!isCurrent()) return known() ?? fresh
      keep(fresh)
      return fresh
    })
  const afterChange = (next: () => Promise<Ring>) => (): Promise<Ring> => {
    reads.forget('look')
    reads.forget('read')
    return next()
  }
  const shared = { look: sharing('look', look), read: sharing('read', read) }
  return { ...shared, lookAfterChange: afterChange(shared.look), readAfterChange: afterChange(shared.read) }
}
