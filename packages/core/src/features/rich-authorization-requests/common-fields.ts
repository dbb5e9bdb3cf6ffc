import * as v from 'valibot'
import type { StandardSchema } from './standard-schema.ts'

/**
 * The common fields of authorization details ({@link https://www.rfc-editor.org/rfc/rfc9396#section-2.2 RFC 9396 section
 * 2.2}). Together they ask for the product of their values: each of the actions, on each of the datatypes, at each of the
 * locations.
 */
export interface CommonFields {
  /** The resources that the details are for, usually URIs. */
  readonly locations?: readonly string[]
  /** The kinds of actions, for instance `read`. */
  readonly actions?: readonly string[]
  /** The kinds of data, for instance `contacts`. */
  readonly datatypes?: readonly string[]
  /** A single resource, for instance an account. */
  readonly identifier?: string
  /** The types or levels of privilege, for instance `admin`. */
  readonly privileges?: readonly string[]
}

/** The values that details may have in the common fields. A field that is absent here is refused in details. */
export interface CommonValues {
  readonly locations?: readonly string[] | undefined
  readonly actions?: readonly string[] | undefined
  readonly datatypes?: readonly string[] | undefined
  readonly privileges?: readonly string[] | undefined
  /** Whether details may have an `identifier`, a string of 1 to 255 characters. Default `false`. */
  readonly identifier?: boolean | undefined
}

const lists = ['locations', 'actions', 'datatypes', 'privileges'] as const

/**
 * Makes a schema of the common fields, for the `schema` of a type. It takes only the values that are named, compared exactly.
 * @example
 * ```ts
 * richAuthorizationRequests({
 *   types: {
 *     customer_data: {
 *       schema: commonFields({ actions: ['read', 'write'], datatypes: ['contacts', 'photos'] }),
 *       covers: coversCommonFields,
 *     },
 *   },
 * })
 * ```
 */
export function commonFields(values: CommonValues): StandardSchema<CommonFields> {
  const named = lists.flatMap((name) => {
    const known = values[name]
    return known === undefined ? [] : [[name, v.optional(distinct(known))] as const]
  })
  const entries: v.ObjectEntries = {
    ...Object.fromEntries(named),
    ...(values.identifier === true && {
      identifier: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
    }),
  }
  return v.strictObject(entries) as v.GenericSchema<CommonFields>
}

function distinct(known: readonly string[]): v.GenericSchema<string[]> {
  return v.pipe(
    v.array(v.picklist(known)),
    v.nonEmpty(),
    v.check((list) => new Set(list).size === list.length),
  )
}

/**
 * Whether details with the common fields cover others, for `covers` of a type: whatever the product of `asked` has is in the
 * product of `granted`. A field that only one of them has is not compared with anything, so they do not cover each other.
 */
export function coversCommonFields(granted: CommonFields, asked: CommonFields): boolean {
  if (granted.identifier !== asked.identifier) return false
  return lists.every((name) => {
    const [has, wants] = [granted[name], asked[name]]
    if (has === undefined || wants === undefined) return has === wants
    return wants.every((value) => has.includes(value))
  })
}
