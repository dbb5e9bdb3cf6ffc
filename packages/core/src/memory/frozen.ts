/**
 * Returns a deep, frozen copy of plain data, without members that are `undefined`. Rows are stored and answered as such
 * copies, so that no caller can change what is stored.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    // Parsed JSON may have a member of this name. Assigning it would set the prototype instead.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: frozen(member), enumerable: true })
    else copy[name] = frozen(member)
  }
  return Object.freeze(copy) as T
}
