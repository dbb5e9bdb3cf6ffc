import type { IdRange, RangeStore } from '../storage/range.ts'
import { compareBytes } from './order.ts'
import { purgeUnusedClients } from './purge.ts'
import { byAlgorithmAndGeneration } from './signing-keys.ts'
import { recordKey, type Tables } from './tables.ts'

function isIn({ from, below }: IdRange, text: string): boolean {
  return compareBytes(text, from) >= 0 && compareBytes(text, below) < 0
}

export function rangeStore(tables: Tables): RangeStore {
  const { clients, consents, grants, authorizationCodes, accessTokens, refreshTokens, revokedJwts } = tables
  return {
    listClients({ after, limit, ...range }) {
      return [...clients.values()]
        .filter(({ id }) => isIn(range, id) && (after === undefined || compareBytes(id, after) > 0))
        .sort((a, b) => compareBytes(a.id, b.id))
        .slice(0, limit)
    },
    listSigningKeys: (range) =>
      [...tables.signingKeys.values()].filter(({ algorithm }) => isIn(range, algorithm)).sort(byAlgorithmAndGeneration),
    purgeUnusedClients: ({ before, limit, ...range }) =>
      purgeUnusedClients(tables, before, limit, (id) => isIn(range, id)),
    delete({ limit, ...range }) {
      let removed = 0
      const from = <Row extends { readonly id: string }>(
        table: { values(): Iterable<Row>; delete(key: string): boolean },
        isMeant: (row: Row) => boolean = ({ id }) => isIn(range, id),
        keyOf: (row: Row) => string = ({ id }) => id,
      ): void => {
        for (const row of table.values()) {
          if (removed >= limit) return
          if (isMeant(row) && table.delete(keyOf(row))) removed += 1
        }
      }
      from(clients)
      from(tables.signingKeys, ({ algorithm }) => isIn(range, algorithm))
      for (const table of [grants, refreshTokens, authorizationCodes, accessTokens, consents, revokedJwts]) {
        from<{ readonly id: string }>(table)
      }
      from(tables.records, ({ kind }) => isIn(range, kind), recordKey)
      return removed
    },
  }
}
