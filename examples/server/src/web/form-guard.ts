import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { createCookie } from './cookie.ts'
import type { Form } from './form.ts'
import type { Html } from './layout.ts'
import { randomToken } from './opaque.ts'

/** Proves that this server showed the form to the browser that posts it, so that forms of other sites are refused (CSRF). */
export interface FormGuard {
  /** The hidden field that each form carries. */
  field(c: Context): Html
  accepts(c: Context, form: Form): boolean
}

/** Checks that the field equals a cookie (double submit), and that the browser names no other origin for the form. */
export function createFormGuard(cookieName: string, baseUrl: string): FormGuard {
  const cookie = createCookie(cookieName, baseUrl)
  return {
    field(c) {
      const token = cookie.read(c.req.raw) ?? randomToken()
      c.header('set-cookie', cookie.write(token), { append: true })
      return html`<input type="hidden" name="form_token" value="${token}">`
    },
    accepts(c, form) {
      const origin = c.req.header('origin')
      if (origin !== undefined && origin !== baseUrl) return false
      const site = c.req.header('sec-fetch-site')
      if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
      return equal(form.get('form_token'), cookie.read(c.req.raw))
    },
  }
}

export const refusedForm = (baseUrl: string): string =>
  `This form has expired or was not opened at ${baseUrl}. Please try again. Your browser must allow cookies.`

function equal(field: string, cookie: string | undefined): boolean {
  if (cookie === undefined || cookie === '') return false
  const [a, b] = [Buffer.from(field), Buffer.from(cookie)]
  return a.length === b.length && timingSafeEqual(a, b)
}
