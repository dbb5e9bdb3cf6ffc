import type { ClientImport } from '@oauth/core'
import { RowProblem } from '../row.ts'
import type { SourceSettings } from '../source.ts'

/**
 * Returns who registered a client: its owner, or for a client without one whom the operator names.
 * @throws {RowProblem} when nobody can tell
 */
export function registeredBy(
  owner: string | undefined,
  { registeredBy: named }: SourceSettings,
): Pick<ClientImport, 'registered_by'> {
  if (owner !== undefined) return { registered_by: 'user' }
  if (named !== undefined) return { registered_by: named }
  throw new RowProblem('the row does not tell who registered the client: say so with --registered-by')
}
