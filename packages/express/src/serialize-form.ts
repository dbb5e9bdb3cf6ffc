/**
 * The form that a parser has read, as text again. `express.urlencoded` leaves strings, and arrays where a parameter was
 * repeated. With `extended`, brackets in a name have become arrays and objects: no parameter of the protocol has
 * brackets, so such a one need only stay unknown.
 */
export function serializeForm(body: object): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') form.append(name, value)
    else if (isRepetition(value)) for (const one of Object.values(value)) form.append(name, one)
    // The provider refuses a NUL wherever it comes.
    else if (hidesParameter(value)) form.append(name, '\0')
    else form.append(`${name}[]`, '')
  }
  return form.toString()
}

/** Two strings or more. Beyond its limit the parser makes an object with the places as its names. */
function isRepetition(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  return entries.length > 1 && entries.every(([key, one], place) => key === String(place) && typeof one === 'string')
}

/** Whether a parameter was sent without brackets, too: `a[b]=1&a=2` becomes an array of both, or an object of both. */
function hidesParameter(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 1 && value.some((one) => typeof one === 'string')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).some(([key, one]) => /^\d+$/.test(key) || one === true)
}
