/**
 * Returns the texts of a page whose contrast is below 4.5. It runs in the page, so it uses nothing from outside of itself.
 * It knows plain colours only: it looks for the first opaque background behind a text.
 */
export function lowContrasts(): readonly string[] {
  const parse = (color: string): readonly number[] => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const backgroundOf = (element: Element | null): readonly number[] => {
    for (let one = element; one !== null; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor)
      if ((color[3] ?? 1) === 1) return color
    }
    return [255, 255, 255]
  }
  const found = new Set<string>()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() !== null) {
    const text = walker.currentNode.textContent?.trim() ?? ''
    const element = walker.currentNode.parentElement
    if (text === '' || element === null || !element.checkVisibility({ opacityProperty: true })) continue
    const front = luminance(parse(getComputedStyle(element).color))
    const back = luminance(backgroundOf(element))
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05)
    if (contrast < 4.5)
      found.add(`${contrast.toFixed(2)} ${element.tagName}.${element.className}: ${text.slice(0, 40)}`)
  }
  return [...found].slice(0, 20)
}
