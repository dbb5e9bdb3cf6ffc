/** The least number that is read as milliseconds. As seconds it is the year 5138, as milliseconds it is 1973. */
export const leastMilliseconds = 100_000_000_000

/**
 * Converts a `Date`, seconds or milliseconds to whole seconds since the epoch. It cuts off fractions and returns `NaN`
 * for any other value.
 */
export function secondsOf(value: unknown): number {
  if (isDate(value)) return Math.floor(value.getTime() / 1000)
  if (typeof value !== 'number' || !Number.isFinite(value)) return Number.NaN
  return Math.floor(value >= leastMilliseconds ? value / 1000 : value)
}

/** Tells whether a value is a `Date`, also one of another realm, as in the sandbox of a framework. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]'
}
