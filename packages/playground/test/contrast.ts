/** Runs in the page: returns the texts whose contrast with their background is below 4.5. */
export function tooFaint(): readonly string[] {
  const parse = (colour: string): readonly number[] => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const backgroundOf = (element: Element | null): readonly number[] => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if ((colour[3] ?? 1) > 0.99) return colour
    }
    return [255, 255, 255]
  }
  const faint = new Set<string>()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (element === null || text === '' || element.getClientRects().length === 0) continue
    if (element.closest('.unseen, .skip, :disabled, noscript') !== null) continue
    const lights = [parse(getComputedStyle(element).color), backgroundOf(element)].map(luminance).sort((a, b) => b - a)
    const contrast = ((lights[0] ?? 0) + 0.05) / ((lights[1] ?? 0) + 0.05)
    if (contrast < 4.5) faint.add(`${text.slice(0, 40)}: ${contrast.toFixed(2)}`)
  }
  return [...faint]
}
