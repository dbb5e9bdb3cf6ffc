import * as v from 'valibot'
import { issueText, isUnknownName } from './issue-text.ts'

/**
 * Checks the options of a feature as strictly as the provider checks its own. A member that is `undefined` counts as
 * absent.
 * @param feature the feature's name, for error texts
 * @param entries valibot schemas, one for each option
 * @throws {TypeError} that names the feature and the option
 * @example
 * ```ts
 * const { maxAgeSeconds } = parseFeatureOptions('dpop', { maxAgeSeconds: v.optional(v.number(), 60) }, options)
 * ```
 */
export function parseFeatureOptions<const Entries extends v.ObjectEntries>(
  feature: string,
  entries: Entries,
  options: object,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${feature}: the options must be an object`)
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const result = v.safeParse(v.strictObject(entries), given)
  if (result.success) return result.output
  // A name that is not known first: it is often the misspelt name of the one that is missing.
  const issue = result.issues.find(isUnknownName) ?? result.issues[0]
  const path = v.getDotPath(issue) ?? 'options'
  throw new TypeError(`${feature}: ${path} ${issueText(issue)}`)
}
