import type * as v from 'valibot'

/** What to write instead of the text that the schema library has for a wrong type. */
const texts: Readonly<Record<string, string>> = {
  array: 'must be a list',
  boolean: 'must be true or false',
  function: 'must be a function',
  integer: 'must be a whole number',
  non_empty: 'must not be empty',
  number: 'must be a number',
  object: 'must be an object',
  record: 'must be an object',
  strict_object: 'must be an object',
  string: 'must be a string',
}

/**
 * Says in plain words what is wrong with a value, to follow its name: `must be a list`. A text that a schema brings itself
 * stays. A value that the server would have to quote is not in it.
 */
export function issueText({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object' && expected === 'never') return 'is not known'
  if (type === 'strict_object' && expected?.startsWith('"')) return 'is missing'
  if (!message.startsWith('Invalid ')) return message
  if (type === 'picklist') return `must be one of ${expected?.replaceAll(/[("')]/g, '').replaceAll(' | ', ', ')}`
  if (type === 'min_value') return `must be at least ${expected?.replace('>=', '')}`
  if (type === 'max_value') return `must be at most ${expected?.replace('<=', '')}`
  return texts[type] ?? message
}

/** Whether the issue is a member that its object does not have. */
export function isUnknownName({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never'
}
