import { describe, expect, test } from 'vitest'
import { chooseLanguage, directionOf } from '../../../src/pages/language.ts'
import { fillText } from '../../../src/pages/texts.ts'

const known = ['en', 'de', 'fr', 'pt-br']
const choose = (uiLocales?: string, header: string | null = null) =>
  chooseLanguage(uiLocales, header, (tag) => known.includes(tag), 'en')

describe('the language of a page', () => {
  test.each([
    ['the first of ui_locales that has texts', 'it fr de', 'de', 'fr'],
    ['ui_locales before the browser', 'de', 'fr', 'de'],
    ['the browser, when ui_locales has none that there is', 'it', 'fr', 'fr'],
    ['the shorter tag, when there is no text for the longer one', 'de-AT-1996', null, 'de'],
    ['the longer tag, when there is one', 'PT-br', null, 'pt-br'],
    ['what the browser prefers by weight', undefined, 'fr;q=0.2, de;q=0.8, it', 'de'],
    ['the default, when the browser refuses it', undefined, 'de;q=0', 'en'],
    ['the default, when nothing is said', undefined, null, 'en'],
    ['the default, for any language', undefined, '*', 'en'],
  ])('is %s', (_title, uiLocales, header, expected) => {
    expect(choose(uiLocales, header)).toBe(expected)
  })

  test.each([
    '"><script>alert(1)</script>',
    '__proto__',
    'constructor',
    '-',
    '\u202ede',
    'x'.repeat(100_000),
    `${'de-'.repeat(50_000)}x`,
    Array.from({ length: 10_000 }, (_, index) => `x${index}`).join(' '),
  ])('is one that there are texts for, whatever the request says: %.40s', (text) => {
    for (const tag of [choose(text), choose(undefined, text), choose(text, text)]) expect(known).toContain(tag)
  })

  test.each([
    ['ar', 'rtl'],
    ['fa-IR', 'rtl'],
    ['he', 'rtl'],
    ['pa-Arab', 'rtl'],
    ['ku-Latn', 'ltr'],
    ['de', 'ltr'],
    ['arn', 'ltr'],
  ])('%s is written %s', (tag, direction) => {
    expect(directionOf(tag)).toBe(direction)
  })
})

test('a value in a text is filled in as it is, once, and isolated where it is written from right to left', () => {
  expect(fillText('to {host} now', { host: 'a.example' })).toBe('to a.example now')
  expect(fillText('to {host} now', { host: '{name} $& $1' })).toBe('to {name} $& $1 now')
  expect(fillText('to {constructor}', {})).toBe('to {constructor}')
  expect(fillText('to {host} now', { host: 'שלום' })).toBe('to \u2068שלום\u2069 now')
  expect(fillText('אל {host}', { host: 'a.example' })).toBe('אל \u2068a.example\u2069')
})
