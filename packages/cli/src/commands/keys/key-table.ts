import type { SigningKeyInformation } from '@oauth/core'
import { table, time } from '../../output.ts'

const columns = ['KEY ID', 'ALGORITHM', 'STATE', 'SIGNS FROM', 'NEEDED UNTIL', 'PLACE']

/** Writes signing keys for people. */
export function keyTable(keys: readonly SigningKeyInformation[]): string {
  const empty = 'There are no signing keys yet: the server makes them at its first signature.'
  return table(columns, keys.map(cells), empty)
}

function cells(key: SigningKeyInformation): readonly (string | undefined)[] {
  const { id, algorithm, state, activatesAt, neededUntil, place, usable } = key
  const where = usable ? place : `${place}, sealed with another secret`
  return [id, algorithm, state, time(activatesAt), time(neededUntil) ?? '-', where]
}
