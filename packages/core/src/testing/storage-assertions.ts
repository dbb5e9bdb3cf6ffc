/**
 * Throws the error of a failed expectation. The contract has its own assertions, so that it runs in any test runner.
 */
function fail(what: string, expected: unknown, got: unknown): never {
  throw new Error(`${what}\n  expected: ${show(expected)}\n  got:      ${show(got)}`)
}

/** Formats a value as JSON in which `undefined` is visible, since an absent member and an undefined one differ. */
function show(value: unknown): string {
  const text = JSON.stringify(value, (_name, member: unknown) => {
    if (member === undefined) return '(undefined)'
    return typeof member === 'bigint' ? `${member}n` : member
  })
  return text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} characters)` : text
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  return names.every((name) => Object.hasOwn(b, name) && same(left[name], right[name]))
}

/** Expects two values to be deeply equal. A member with the value `undefined` differs from an absent one. */
export function equal(got: unknown, expected: unknown, what: string): void {
  if (!same(got, expected)) fail(what, expected, got)
}

/** Expects two lists to have the same elements, in any order. */
export function equalSets(got: readonly string[] | undefined, expected: readonly string[], what: string): void {
  equal(got && [...got].sort(), [...expected].sort(), what)
}

/** Expects a verb to fail, with a rejection or an exception. */
export async function rejects(action: () => unknown, what: string): Promise<void> {
  let answer: unknown
  try {
    answer = await action()
  } catch {
    return
  }
  fail(what, 'an error', answer)
}

/** Answers whether a verb succeeded. */
export async function succeeds(action: () => unknown): Promise<boolean> {
  try {
    await action()
    return true
  } catch {
    return false
  }
}

/** Calls an action fifty times at once and returns the answers. */
export function fifty<T>(action: (caller: number) => T | Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: 50 }, async (_, caller) => action(caller)))
}

/** Adds up counts. */
export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** Counts how often each outcome occurred. */
export function tally(outcomes: readonly (string | boolean)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[String(outcome)] = (counts[String(outcome)] ?? 0) + 1
  return counts
}
