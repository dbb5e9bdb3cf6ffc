/** A failed expectation of the storage contract. Assertions of our own, so that any test runner can run the contract. */
function fail(what: string, expected: unknown, got: unknown): never {
  throw new Error(`${what}\n  expected: ${show(expected)}\n  got:      ${show(got)}`)
}

/** JSON in which `undefined` can be seen: an absent member and an undefined one are not the same. */
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

/** Deep and strict: a member that is there with the value `undefined` differs from an absent one. */
export function equal(got: unknown, expected: unknown, what: string): void {
  if (!same(got, expected)) fail(what, expected, got)
}

/** The same elements in any order. */
export function equalSets(got: readonly string[] | undefined, expected: readonly string[], what: string): void {
  equal(got && [...got].sort(), [...expected].sort(), what)
}

/** The verb has to fail: with a rejection, or with an exception where it answers at once. */
export async function rejects(action: () => unknown, what: string): Promise<void> {
  let answer: unknown
  try {
    answer = await action()
  } catch {
    return
  }
  fail(what, 'an error', answer)
}

/** Whether a verb that answers nothing did its work; `false` when it failed. */
export async function succeeds(action: () => unknown): Promise<boolean> {
  try {
    await action()
    return true
  } catch {
    return false
  }
}

/** Fifty callers at once. */
export function fifty<T>(action: (caller: number) => T | Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: 50 }, async (_, caller) => action(caller)))
}

/** The sum of what several callers counted. */
export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** How often each outcome occurred. */
export function tally(outcomes: readonly (string | boolean)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[String(outcome)] = (counts[String(outcome)] ?? 0) + 1
  return counts
}
