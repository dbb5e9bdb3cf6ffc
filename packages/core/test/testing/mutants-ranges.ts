import type { IdRange, RangeStore } from '../../src/storage/range.ts'
import { type Mutant, mutant } from './mutant.ts'

const ends: readonly (readonly [string, (range: IdRange) => Partial<IdRange>])[] = [
  ['reads below the range', () => ({ from: '' })],
  ['reads beyond the range', () => ({ below: '\u{10ffff}' })],
  ['takes the end of the range for a part of it', ({ below }) => ({ below: `${below}\0` })],
  ['ignores case', ({ from }) => ({ from: from.toUpperCase() })],
]

/** Adapters whose ranges begin or end in the wrong place, so that a tenant would see rows of another one. */
export const leakingAdapters: readonly Mutant[] = [
  ...['listClients', 'listSigningKeys', 'purgeUnusedClients', 'delete'].flatMap((verb) =>
    ends.map(([fault, change]) =>
      mutant(`ranges.${verb}`, fault, (call) => (query) => call({ ...query, ...change(query) })),
    ),
  ),
  ...['listClients', 'purgeUnusedClients', 'delete'].map((verb) =>
    mutant(`ranges.${verb}`, 'ignores the limit', (call) => (query) => call({ ...query, limit: 1_000_000 })),
  ),
  mutant(
    'ranges.listClients',
    'ignores the cursor',
    (call) =>
      ({ after: _, ...query }) =>
        call(query),
  ),
  mutant('ranges.listSigningKeys', 'goes by the ids of the keys', (_call, { signingKeys }) => async (range) => {
    const keys = await signingKeys.list()
    return keys.filter(({ id }) => id >= range.from && id < range.below)
  }),
  mutant('ranges.purgeUnusedClients', 'removes used clients', (_call, { ranges, clients }) => async (query) => {
    const { listClients } = ranges as RangeStore
    const found = (await listClients({ ...query, limit: 100 })).filter((one) => one.registrationTokenHash !== undefined)
    for (const { id } of found.slice(0, query.limit)) await clients.delete(id)
    return Math.min(found.length, query.limit)
  }),
  mutant('ranges.delete', 'leaves clients behind', (call, { clients }) => async (query) => {
    const client = await clients.find(`${query.from}1`)
    const removed = await call(query)
    if (client !== undefined) await clients.insert(client)
    return removed
  }),
  mutant('ranges.delete', 'answers less than the limit while rows are left', (call) => async (query) => {
    return (await call(query)) - (query.limit === 4 ? 1 : 0)
  }),
]
