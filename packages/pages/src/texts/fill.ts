import { type Html, html, type Part } from '../http/html.ts'

/** Fills values into a text and escapes both. Each value stands apart from the direction of the text around it. */
export function fill(text: string, values: Readonly<Record<string, Part>>): Html {
  const pieces = text.split(/\{(\w+)\}/)
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? piece : partFor(values, piece)))}`
}

function partFor(values: Readonly<Record<string, Part>>, name: string): Part {
  const value = Object.hasOwn(values, name) ? values[name] : `{${name}}`
  return typeof value === 'string' ? html`<bdi>${value}</bdi>` : value
}
