import { assert } from './assert.ts'

/** Demands that a database is refused whose options make rows arrays, or integers `bigint`. */
export function refuses(what: string, open: () => unknown): void {
  let refusal = ''
  try {
    open()
  } catch (error) {
    refusal = String(error)
  }
  assert(refusal.includes('rows as objects and integers as numbers'), `${what} is refused, not: ${refusal || 'opened'}`)
}
