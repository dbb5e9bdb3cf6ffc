import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filesIn } from './files-in.ts'

/** A generator function as an expression, and what is before it on its line. */
const expression = /^(.*?)\bfunction\*\s*\(/gm

/**
 * V8 makes a map, in old space, for each generator function that is called. A function that is made for each call therefore
 * stays with everything it refers to until the next full collection (decision 0094).
 */
test('no source makes a generator function for each call: it returns one from a factory, or declares one', () => {
  const sources = filesIn('packages', /\/src\/.*\.tsx?$/)
  expect(sources.length).toBeGreaterThan(700)
  const made = sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(expression)]
      .filter(([, before]) => before?.trim() !== 'return')
      .map(([line]) => `${path}: ${line.trim()}`),
  )
  expect(made).toEqual([])
})
