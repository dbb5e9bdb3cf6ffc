/**
 * Serializes a form that `express.urlencoded` has parsed. The parser makes a string of each parameter, and an array of a
 * repeated one. With `extended`, it turns brackets in names into arrays and objects; no OAuth parameter has brackets, so
 * the result only needs to keep such names unknown to the provider.
 */
export function serializeForm(body: object): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') form.append(name, value)
    else if (isRepetition(value)) for (const one of Object.values(value)) form.append(name, one)
    // The provider refuses a NUL in any parameter.
    else if (hidesParameter(value)) form.append(name, '\0')
    else form.append(`${name}[]`, '')
  }
  return form.toString()
}

/** Tells whether a value is a list of two or more strings. Beyond its limit the parser makes an object with index keys. */
function isRepetition(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  return entries.length > 1 && entries.every(([key, one], place) => key === String(place) && typeof one === 'string')
}

/** Tells whether the client sent the parameter also without brackets: of `a[b]=1&a=2` the parser makes one array or object. */
function hidesParameter(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 1 && value.some((one) => typeof one === 'string')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).some(([key, one]) => /^\d+$/.test(key) || one === true)
}
