const emptyList: readonly unknown[] = Object.freeze([])

/**
 * Returns a deep, frozen copy of plain data, without members that are `undefined`. Rows are stored and answered as such
 * copies, so that no caller can change what is stored. A frozen list of text is shared instead of copied: nothing in it
 * can change, and the many tokens of one grant need its scope once.
 */
export function frozen<T>(value: T): T {
  if (!isObject(value)) return value
  if (Array.isArray(value)) {
    if (value.length === 0) return emptyList as T
    if (Object.isFrozen(value) && !value.some(isObject)) return value
    return Object.freeze(value.map(frozen)) as T
  }
  const copy = definedMembers(value) as Record<string, unknown>
  for (const name of Object.keys(copy)) {
    const member = copy[name]
    // A member named __proto__ (parsed JSON may have one) is a member of the copy here, so this does not set a prototype.
    if (isObject(member)) copy[name] = frozen(member)
  }
  return Object.freeze(copy) as T
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Copies the members that are not `undefined`. A spread makes the smallest object, so rows without such members get it. */
function definedMembers(value: object): object {
  if (!Object.values(value).includes(undefined)) return { ...value }
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}
