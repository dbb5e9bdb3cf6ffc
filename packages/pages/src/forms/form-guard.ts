import { createCookie } from '../http/cookie.ts'
import { base64url, randomText } from '../http/random.ts'
import type { Form } from './form.ts'

/** The name of the hidden field in every form that this package handles itself. */
export const tokenField = 'form_token'

/** What a form is for: its page, and the user to whom it was shown. A form of one user does nothing for another. */
export interface Purpose {
  readonly page: string
  readonly userId?: string | undefined
}

/** Proves that this server showed a form to the browser that posts it, so that forms of other sites are refused (CSRF). */
export interface FormGuard {
  /** Begins a page with forms: the key of this browser, and the cookie that keeps it, when the browser has none yet. */
  begin(request: Request): { readonly key: string; readonly cookies: readonly string[] }
  /** Makes the value of the hidden field. */
  token(key: string, purpose: Purpose): Promise<string>
  accepts(request: Request, form: Form, purpose: Purpose): Promise<boolean>
}

const keyPattern = /^[\w-]{43}$/

/**
 * The field is an HMAC of the purpose under a random key in a cookie. The browser's own word, `Origin` and `Sec-Fetch-Site`,
 * is checked besides.
 * @param origin the origin of the pages
 */
export function createFormGuard(origin: string): FormGuard {
  const cookie = createCookie('oauth_form', origin.startsWith('https:'))
  const keyOf = (request: Request): string | undefined => {
    const value = cookie.read(request)
    return value !== undefined && keyPattern.test(value) ? value : undefined
  }
  return {
    begin(request) {
      const known = keyOf(request)
      if (known !== undefined) return { key: known, cookies: [] }
      const key = randomText()
      return { key, cookies: [cookie.write(key)] }
    },
    token,
    async accepts(request, form, purpose) {
      const key = keyOf(request)
      if (key === undefined || !isFromOwnPage(request, origin)) return false
      return equal(await token(key, purpose), form.get(tokenField))
    },
  }
}

async function token(key: string, { page, userId = '' }: Purpose): Promise<string> {
  const bytes = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', bytes.encode(key), algorithm, false, ['sign'])
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytes.encode(`${page}\n${userId}`))))
}

/** Whether the browser says that a page of this origin has sent the form, or says nothing because it is no browser. */
function isFromOwnPage({ headers }: Request, origin: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const from = headers.get('origin')
  return from === null || from === origin || (from === 'null' && site === 'same-origin')
}

/** Compares in a time that does not tell where two texts differ. */
function equal(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let index = 0; index < one.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}
