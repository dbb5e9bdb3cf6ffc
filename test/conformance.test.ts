import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8')

/** Each test file of a row with the titles that follow it, in quotation marks. */
const named = [...page.matchAll(/`([^`“\s]+\.test\.ts)`((?:,? “[^”]+”)*)/g)].map(([, file = '', titles = '']) => ({
  path: join(root, /^(?:packages|examples|test)\//.test(file) ? file : `packages/core/test/${file}`),
  titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
}))

test('docs/conformance.md names tests that exist, by file and title', () => {
  expect(named.length).toBeGreaterThan(25)
  expect(named.flatMap(({ titles }) => titles).length).toBeGreaterThan(45)
  const missing = named.flatMap(({ path, titles }) => {
    const source = existsSync(path) ? readFileSync(path, 'utf8') : undefined
    if (source === undefined) return [path]
    return titles.filter((title) => !["'", '"', '`'].some((mark) => source.includes(mark + title + mark)))
  })
  expect(missing).toEqual([])
})
