import { escapeHtml } from '@oauth/core/pages'

/** HTML in which every value is escaped. Only the tag `html` makes it. */
export interface Html {
  readonly [isHtml]: true
  readonly text: string
}

const isHtml: unique symbol = Symbol('html')

/** What a template may contain: text, which it escapes, HTML, lists of both, and nothing. */
export type Part = string | number | Html | undefined | readonly Part[]

/** Makes HTML from a template. Texts in it are escaped, for text as well as for quoted values of attributes. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = template.reduce((before, literal, index) => before + write(parts[index - 1]) + literal)
  return { [isHtml]: true, text }
}

function write(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  // Only the symbol tells: an object that came from a request may have any member with a name.
  return isHtml in part ? part.text : part.map(write).join('')
}

/** Takes a text that is HTML already: the style sheet of `@oauth/core/pages`. */
export function trusted(text: string): Html {
  return { [isHtml]: true, text }
}
