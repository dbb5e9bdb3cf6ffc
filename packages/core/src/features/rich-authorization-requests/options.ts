import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { Rules } from './check-details.ts'
import type { TypeRules } from './details-type.ts'
import { isStandardSchema } from './standard-schema.ts'

const isFunction = v.optional(v.function())
const schema = v.custom<object>(
  isStandardSchema,
  'must be a schema that follows Standard Schema (Valibot, Zod, ArkType)',
)
const type = {
  schema,
  grantedSchema: v.optional(schema),
  covers: isFunction,
  rememberConsent: v.optional(v.boolean()),
  describe: isFunction,
  enrich: isFunction,
  locations: v.optional(v.pipe(v.array(v.string()), v.nonEmpty('must not be empty'))),
  mayRequest: isFunction,
  withoutUser: isFunction,
}

/**
 * Checks the options. They are copied: later changes to the object change nothing.
 * @throws {TypeError} when an option is unknown or wrong
 */
export function parseRules(options: object): Rules {
  const name = 'richAuthorizationRequests'
  const { types } = parseFeatureOptions(name, { types: v.record(v.string(), v.unknown()) }, options)
  const rules = Object.entries(types).map(([of, given]) => {
    if (!/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(of)) {
      throw new TypeError(`${name}: the type ${JSON.stringify(of)} must be 1 to 255 printable characters`)
    }
    if (typeof given !== 'object' || given === null) throw new TypeError(`${name}: types.${of} must be an object`)
    return [of, parseFeatureOptions(`${name}: types.${of}`, type, given) as unknown as TypeRules] as const
  })
  if (rules.length === 0) throw new TypeError(`${name}: types must name at least one type`)
  return new Map(rules)
}
