import { h } from './h.ts'
import { shorten } from './shorten.ts'

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g

/** Shows a value as JSON, with colours. */
export function jsonView(value: unknown): HTMLElement {
  const text = JSON.stringify(value, undefined, 2) ?? ''
  const code = h('code')
  let from = 0
  for (const found of text.matchAll(token)) {
    const [whole, string, colon, number, word] = found
    code.append(text.slice(from, found.index))
    const kind =
      colon !== undefined ? 'key' : string !== undefined ? 'string' : number !== undefined ? 'number' : 'word'
    code.append(h('span', { class: `j-${kind}` }, shorten(string ?? number ?? word ?? '')), colon ?? '')
    from = found.index + whole.length
  }
  code.append(text.slice(from))
  return h('pre', { class: 'code' }, code)
}
