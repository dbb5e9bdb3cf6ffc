import * as v from 'valibot'

/** The schema of an option in whole seconds. Its error names both bounds. */
export function secondsFrom(least: number, most: number): v.GenericSchema<number> {
  const bounds = `must be from ${least} to ${most} seconds`
  return v.pipe(v.number(), v.integer(), v.minValue(least, bounds), v.maxValue(most, bounds))
}

/**
 * The schema of an option that is a whole number. Its error names both bounds, whatever is wrong with the value.
 * @param unit what the number counts, for the error, for instance `seconds`
 */
export function wholeNumberFrom(least: number, most: number, unit?: string): v.GenericSchema<number> {
  const text = `must be a whole number from ${least} to ${most}${unit === undefined ? '' : ` ${unit}`}`
  return v.pipe(v.number(text), v.integer(text), v.minValue(least, text), v.maxValue(most, text))
}
