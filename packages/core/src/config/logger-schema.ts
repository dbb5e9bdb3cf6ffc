import * as v from 'valibot'
import type { Logger } from '../contracts/logger.ts'

const names = ['info', 'warn', 'error', 'request']

/** Whether a value is `false`, or an object whose methods for logging, those that there are, are functions. */
function isLogger(value: unknown): value is Logger | false {
  if (value === false) return true
  if (typeof value !== 'object' || value === null) return false
  const methods = names.map((name) => (value as Record<string, unknown>)[name])
  return (
    methods.some((one) => one !== undefined) && methods.every((one) => ['function', 'undefined'].includes(typeof one))
  )
}

/** The schema of the option `logger`. */
export const loggerSchema: v.GenericSchema<unknown, Logger | false> = v.custom<Logger | false>(
  isLogger,
  'must be false, or an object with the methods info, warn and error, for instance consoleLogger()',
)
