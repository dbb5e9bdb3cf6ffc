/**
 * A deep, frozen copy of plain data without members that are `undefined`. Rows are stored and handed out as such copies:
 * whoever changes what was passed in, or tries to change what came back, cannot change what is stored.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    // Parsed JSON may own a member of this name; assigning it would set the prototype instead.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: frozen(member), enumerable: true })
    else copy[name] = frozen(member)
  }
  return Object.freeze(copy) as T
}
