import type * as v from 'valibot'
import { nearestName } from '../protocol/nearest.ts'

/** What a schema of valibot may consist of: members, the schema of each entry, and the schema inside `optional`. */
interface SchemaParts {
  readonly entries?: Readonly<Record<string, SchemaParts>>
  readonly value?: SchemaParts
  readonly item?: SchemaParts
  readonly wrapped?: SchemaParts
}

/** The most names that an error text lists. */
const mostNames = 8

/** Says which members there are, or which one was probably meant, to follow `is not known`. */
export function suggestMember(schema: object, { path }: Pick<v.BaseIssue<unknown>, 'path'>): string {
  const keys = path?.map(({ key }) => String(key)) ?? []
  const wrong = keys.pop() ?? ''
  const owner = keys.reduce<SchemaParts | undefined>((parts, key) => memberOf(parts, key), schema)
  const known = Object.keys(unwrapped(owner)?.entries ?? {})
  if (known.length <= mostNames) return known.length === 0 ? '' : `; there are ${known.join(', ')}`
  const nearest = nearestName(wrong, known)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

function memberOf(parts: SchemaParts | undefined, key: string): SchemaParts | undefined {
  const inner = unwrapped(parts)
  return inner?.entries?.[key] ?? inner?.value ?? inner?.item
}

function unwrapped(parts: SchemaParts | undefined): SchemaParts | undefined {
  return parts?.wrapped === undefined ? parts : unwrapped(parts.wrapped)
}
