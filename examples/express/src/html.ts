import { createHash } from 'node:crypto'
import type { Response } from 'express'

const style = `:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 10vh auto; padding: 0 1.25rem }
input { box-sizing: border-box; display: block; width: 100% }
input, button { font: inherit; padding: 0.5rem 1rem }`

/** Allows this style sheet, and no other. */
const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** Text that is already HTML, so `html` does not escape it. */
export interface Html {
  readonly markup: string
}

/** A template tag that escapes the inserted values, except values that are already HTML. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return { markup: parts.reduce((text, part, index) => text + markup(values[index - 1] ?? '') + part) }
}

function markup(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  return 'markup' in value ? value.markup : value.map((one) => one.markup).join('')
}

export function send(res: Response, status: number, title: string, body: Html): void {
  res
    .status(status)
    .set({
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src ${styleSource}; frame-ancestors 'none'; base-uri 'none'`,
      // Do not use `no-referrer`: browsers would send forms without their origin, which the pages and the provider check.
      'referrer-policy': 'same-origin',
    })
    .type('html')
    .send(
      html`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${{ markup: style }}</style><h1>${title}</h1>${body}</html>`
        .markup,
    )
}
