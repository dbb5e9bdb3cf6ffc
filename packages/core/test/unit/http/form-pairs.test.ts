import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formPairs } from '../../../src/http/form-pairs.ts'

const runs = { numRuns: Number(process.env.OAUTH_PROPERTY_RUNS ?? 200) }

function expectSame(encoded: string): void {
  expect([...formPairs(encoded)], JSON.stringify(encoded)).toEqual([...new URLSearchParams(encoded)])
}

/** Pieces that mean something in a form, in any order. */
const piece = fc.constantFrom(
  ...[
    'a',
    'code',
    '=',
    '&',
    '+',
    '%',
    '%2',
    '%20',
    '%2B',
    '%26',
    '%3D',
    '%00',
    '%C3%A9',
    '%c3',
    '%ff',
    '%EF%BB%BF',
    '%F0%9F%98%80',
  ],
  ...[
    '%ED%A0%80',
    '%zz',
    '?',
    '#',
    ';',
    ' ',
    'é',
    '\u{1F600}',
    '\ud800',
    '\ufeff',
    '\n',
    '\0',
    '~',
    "'",
    '"',
    '<',
    '__proto__',
  ],
)

describe('a form is read as URLSearchParams reads it', () => {
  it('for any sequence of what means something in a form', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => expectSame(pieces.join(''))),
      { ...runs, numRuns: runs.numRuns * 10 },
    )
  })

  it('for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expectSame(text)),
      runs,
    )
  })

  it('for any names and values that a client encodes', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })))
    fc.assert(
      fc.property(pairs, (given) => {
        const encoded = new URLSearchParams(given).toString()
        expect([...formPairs(encoded)]).toEqual(given)
      }),
      runs,
    )
  })
})
