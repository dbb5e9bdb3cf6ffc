import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contrast, paletteOf } from '../../../src/pages/colours.ts'
import { schemes, styleSheet } from '../../../src/pages/style.ts'

/** The contrast of texts that WCAG 2.2 (AA) demands. */
const enough = 4.5

describe('the colours of pages', () => {
  test.each(Object.entries(schemes))('in the %s scheme are readable on their grounds', (_name, scheme) => {
    expect(contrast(scheme.text, scheme.card)).toBeGreaterThan(enough)
    expect(contrast(scheme.text, scheme.ground)).toBeGreaterThan(enough)
    expect(contrast(scheme.muted, scheme.card)).toBeGreaterThan(enough)
    expect(contrast(scheme.muted, scheme.ground)).toBeGreaterThan(enough)
  })

  test('stay readable with every accent that a host may choose', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(colour, fc.constantFrom(...Object.values(schemes)), (accent, { card, text }) => {
        const palette = paletteOf(accent, card, text)
        expect(contrast(palette.onAccent, accent)).toBeGreaterThanOrEqual(enough)
        expect(contrast(palette.link, card)).toBeGreaterThanOrEqual(enough)
      }),
      { seed: 1 },
    )
  })

  test('short and long colours are the same', () => {
    expect(contrast('#000', '#fff')).toBeCloseTo(21)
    expect(contrast('#1af', '#11aaff')).toBe(1)
  })
})

test('the style sheet has a dark scheme, system fonts, and loads nothing', () => {
  const css = styleSheet({ accent: '#123456', accentDark: '#abcdef' })
  expect(css).toContain('color-scheme:light dark')
  expect(css).toContain('@media(prefers-color-scheme:dark)')
  expect(css.split('--accent:')).toHaveLength(3)
  expect(css).toMatch(/,sans-serif}/)
  expect(css).not.toMatch(/url\(|@import|@font-face|[<>&]|(?:margin|padding|border)-(?:left|right)/)
})
