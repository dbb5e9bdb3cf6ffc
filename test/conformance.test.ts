import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** The rows of the table of standards: a letter, the last number, and the folders of the tests that the row names. */
const rows = [...page.matchAll(/^\|[^|]*\| ([A-Z])01 to \1(\d\d)\s*\| (.*)\|$/gm)].map(
  ([, letter = '', last = '', tests = '']) => ({
    cases: Array.from({ length: Number(last) }, (_, index) => letter + String(index + 1).padStart(2, '0')),
    folders: new Set([...tests.matchAll(/`([^`]+)\/[^`/]+\.test\.ts`/g)].map(([, folder = '']) => folder)),
  }),
)

test('each case in the table of standards is in the title of a test, in a folder that its row names', () => {
  expect(rows).toHaveLength(10)
  for (const { cases, folders } of rows) {
    const sources = [...folders].flatMap((folder) => {
      const path = join(root, /^(?:packages|examples)\//.test(folder) ? folder : `packages/core/test/${folder}`)
      return readdirSync(path).flatMap((name) =>
        name.endsWith('.test.ts') ? readFileSync(join(path, name), 'utf8') : [],
      )
    })
    const inParentheses = sources.flatMap((source) =>
      [...source.matchAll(/\(([^()]*)\)/g)].map(([, text = '']) => text),
    )
    const named = new Set(inParentheses.flatMap((text) => text.match(/\b[A-Z]\d\d\b/g) ?? []))
    expect(cases.filter((id) => !named.has(id))).toEqual([])
  }
})
