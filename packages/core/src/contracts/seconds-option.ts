import * as v from 'valibot'

/** The schema of an option in whole seconds. Its error names both bounds. */
export function secondsFrom(least: number, most: number): v.GenericSchema<number> {
  const bounds = `must be from ${least} to ${most} seconds`
  return v.pipe(v.number(), v.integer(), v.minValue(least, bounds), v.maxValue(most, bounds))
}
