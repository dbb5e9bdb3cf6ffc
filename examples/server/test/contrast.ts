import type { Page } from 'playwright-core'

/** Returns the contrast of each visible text on its ground, as the browser paints them. A disabled button may be faint. */
export function contrasts(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => {
    const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = numbers(colour).map((value) => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const ground = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)'
      const own = getComputedStyle(element).backgroundColor
      return numbers(own)[3] === 0 ? ground(element.parentElement) : own
    }
    const texts = 'h1, h2, h3, p, a, button, span, li, dt, dd, td, th, label, legend, small, code, summary, strong'
    const isShown = (element: Element) => element.checkVisibility() && !element.matches(':disabled, [aria-hidden]')
    return [...document.querySelectorAll(texts)].filter(isShown).map((element) => {
      const pair = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort(
        (one, other) => one - other,
      )
      return ((pair[1] as number) + 0.05) / ((pair[0] as number) + 0.05)
    })
  })
}

/** Whether the page is painted light or dark. */
export function luminanceOf(page: Page): Promise<'light' | 'dark'> {
  return page.evaluate(() => {
    const [red = 0] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(Number)
    return red > 128 ? 'light' : 'dark'
  })
}
