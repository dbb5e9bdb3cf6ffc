/** Not `node:assert`: the journey runs where there is no such module. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`not so: ${what}`)
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) throw new Error(`${what}: ${String(actual)} is not ${String(expected)}`)
}
