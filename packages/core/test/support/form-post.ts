import { createHash } from 'node:crypto'
import { expect } from 'vitest'

export interface PostedForm {
  readonly html: string
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

const entities: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&amp;', '&'],
]

const decode = (text: string): string =>
  entities.reduce((decoded, [entity, character]) => decoded.replaceAll(entity, character), text)

/** A page that posts to the client, as a browser reads it: one form, whose fields are what is posted. */
export async function readFormPost(response: Response): Promise<PostedForm> {
  const html = await response.text()
  expect(response.status, html).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('location')).toBeNull()
  const forms = [...html.matchAll(/<form method="post" action="([^"]*)">/g)]
  expect(forms.length).toBe(1)
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  return {
    html,
    action: decode(forms[0]?.[1] ?? ''),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [decode(name), decode(value)])),
  }
}

/** The scripts of a page, each with the source expression that would let it run. */
export function scriptsOf(html: string): readonly { readonly script: string; readonly source: string }[] {
  return [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => ({
    script,
    source: `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  }))
}
