/** From here on a number is milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
export const leastMilliseconds = 100_000_000_000

/**
 * A time as whole seconds since the epoch: a `Date` and milliseconds are converted, a fraction is cut off. `NaN` for
 * anything that is no time.
 */
export function secondsOf(value: unknown): number {
  if (isDate(value)) return Math.floor(value.getTime() / 1000)
  if (typeof value !== 'number' || !Number.isFinite(value)) return Number.NaN
  return Math.floor(value >= leastMilliseconds ? value / 1000 : value)
}

/** Also for a `Date` of another realm, as in the sandbox of a framework. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]'
}
