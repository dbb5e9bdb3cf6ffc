import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/seed-parity.md'), 'utf8')

/** Returns the rows of a part of the page, each as its cells. */
function rowsIn(part: string): readonly (readonly string[])[] {
  const rows = part.split('\n').filter((line) => /^\| (?!---|#|Lines)/.test(line))
  return rows.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const [promises = '', assertions = ''] = page.split('\n## ').slice(1)
const held = rowsIn(page).map((cells) => ({ row: cells.slice(0, 2).join(' '), tests: cells.at(-2) ?? '' }))

interface Named {
  readonly file: string
  readonly title: string
}

/** Reads the tests in a cell: each is its file in code, then its title in quotation marks. */
const testsIn = (cell: string): readonly Named[] =>
  [...cell.matchAll(/`([^`“]+\.test\.ts)` “([^”]+)”/g)].map(([, file = '', title = '']) => ({ file, title }))

const pathOf = (file: string): string =>
  join(root, /^(?:packages|examples|test)\//.test(file) ? file : `packages/core/test/${file}`)

/** Whether a source file has the title as a whole string: of a test, of a group or of a row of cases. */
function isTitleIn(source: string, title: string): boolean {
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((text) => source.includes(text))
}

/** Reads a text like `B1–B3, B5` as numbers. */
function linesIn(cell: string): readonly number[] {
  return cell.split(', ').flatMap((range) => {
    const [, first, last = first] = /^B(\d+)(?:–B(\d+))?$/.exec(range) ?? []
    if (first === undefined) throw new Error(`no range of lines: ${range}`)
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
  })
}

const numbersIn = (title: string): readonly number[] =>
  title.includes('seed') ? [...title.matchAll(/\bB0*(\d+)\b/g)].map(([, number]) => Number(number)) : []

describe('docs/seed-parity.md', () => {
  const named = held.flatMap(({ tests }) => testsIn(tests))

  test('docs/seed-parity.md has tables that this test can read', () => {
    expect(rowsIn(promises).length).toBeGreaterThan(45)
    expect(rowsIn(assertions).length).toBeGreaterThan(80)
    expect(named.length).toBeGreaterThan(180)
    expect(rowsIn(promises).every((cells) => cells.length === 5)).toBe(true)
    expect(rowsIn(assertions).every((cells) => cells.length === 4)).toBe(true)
  })

  test('docs/seed-parity.md names tests that exist, by file and title', () => {
    const sources = new Map<string, string>()
    const missing = named.filter(({ file, title }) => {
      const path = pathOf(file)
      if (!sources.has(path)) sources.set(path, existsSync(path) ? readFileSync(path, 'utf8') : '')
      return !isTitleIn(sources.get(path) ?? '', title)
    })
    expect(missing).toEqual([])
  })

  test('a cell of tests in docs/seed-parity.md has only tests, and a row without tests gives a reason', () => {
    const written = (cell: string) =>
      testsIn(cell)
        .map(({ file, title }) => `\`${file}\` “${title}”`)
        .join('<br>')
    expect(held.filter(({ tests }) => tests !== 'none' && (tests === '' || tests !== written(tests)))).toEqual([])
    const silent = rowsIn(page).filter((cells) => cells.at(-2) === 'none' && cells.at(-1) === '')
    expect(silent).toEqual([])
  })

  test('each line of the seed’s tests has one row in docs/seed-parity.md', () => {
    const lines = rowsIn(assertions).flatMap(([cell = '']) => linesIn(cell))
    expect(lines.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 198 }, (_, index) => index + 1))
  })

  test('docs/seed-parity.md has a test whose title names a line of the seed only in a row for that line', () => {
    const astray = rowsIn(assertions).flatMap(([cell = '', , tests = '']) => {
      const lines = new Set(linesIn(cell))
      const titles = testsIn(tests).map(({ title }) => title)
      return titles.filter((title) => numbersIn(title).length > 0 && !numbersIn(title).some((line) => lines.has(line)))
    })
    expect(astray).toEqual([])
  })

  test('docs/seed-parity.md refers only to decisions that exist', () => {
    const records = readdirSync(join(root, 'docs/decisions'))
    for (const [, text, file] of page.matchAll(/\[(\d{4})\]\(decisions\/([^)]+)\)/g)) {
      expect(records).toContain(file)
      expect(file?.slice(0, 4)).toBe(text)
    }
  })

  test('isTitleIn finds a whole title, and not a part of one', () => {
    expect(isTitleIn("test('of one', () => {})", 'of one')).toBe(true)
    expect(isTitleIn("test('of one or two', () => {})", 'of one')).toBe(false)
  })
})
