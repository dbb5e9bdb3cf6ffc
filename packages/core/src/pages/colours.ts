/** The colours of one scheme that follow from the accent: each text on its ground has a contrast of 4.5 or more. */
export interface Palette {
  readonly accent: string
  /** Text on the accent. */
  readonly onAccent: string
  /** Links on the ground of the page. */
  readonly link: string
}

/** The contrast that {@link https://www.w3.org/TR/WCAG22/#contrast-minimum WCAG 2.2 (AA)} demands of text. */
const enough = 4.5

/**
 * Makes the colours of a scheme. Text on the accent is black or white, whichever is easier to read; links have the accent
 * where it is readable on the ground, and else the colour of the text.
 * @param accent `#rgb` or `#rrggbb`
 */
export function paletteOf(accent: string, ground: string, text: string): Palette {
  const onAccent = contrast(accent, '#fff') >= contrast(accent, '#000') ? '#fff' : '#000'
  return { accent, onAccent, link: contrast(accent, ground) >= enough ? accent : text }
}

/** The contrast of two colours, from 1 to 21 ({@link https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio WCAG 2.2}). */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((left, right) => left - right) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
