import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A page, or the URL at which the browser stopped. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** A browser like that of a suite: it keeps cookies, follows redirects and finds forms by ids. It runs no scripts. */
export interface ScriptedBrowser {
  /** Opens a URL and follows redirects. Stops before a URL that begins with `until`. */
  open(url: string, until?: string): Promise<Page>
  /** Fills in fields by their ids, and presses the button with this id. */
  press(page: Page, button: string, fields?: Readonly<Record<string, string>>, until?: string): Promise<Page>
}

interface Message {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
}

/** What a client knows for TLS: the certificate to trust, and perhaps a certificate of its own with the key. */
export interface TlsSide {
  readonly ca?: string | undefined
  readonly cert?: string
  readonly key?: string
}

/** Sends one request. */
export function send(url: URL, { method, headers, body }: Message, tls: TlsSide = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = start(url, { method, headers, ...tls }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () =>
        resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

export function createScriptedBrowser(ca?: string): ScriptedBrowser {
  const cookies = new Map<string, string>()

  async function go(url: URL, message: Message, until: string | undefined, hops = 0): Promise<Page> {
    if (hops > 12) throw new Error(`too many redirects, the last to ${url.href}`)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const page = await send(url, { ...message, headers: { ...message.headers, ...(cookie && { cookie }) } }, { ca })
    for (const line of (page.headers['set-cookie'] ?? []) as readonly string[]) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const { location } = page.headers
    if (page.status < 300 || page.status >= 400 || typeof location !== 'string') return page
    const next = new URL(location, url)
    if (until !== undefined && next.href.startsWith(until)) return { ...page, url: next }
    return go(next, { method: 'GET', headers: {} }, until, hops + 1)
  }

  return {
    open: (url, until) => go(new URL(url), { method: 'GET', headers: {} }, until),
    press(page, button, fields = {}, until) {
      const form = formAround(page, button)
      for (const [id, value] of Object.entries(fields)) {
        form.fields.set(attribute(tagWithId(form.html, 'input', id), 'name'), value)
      }
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: page.url.origin }
      const url = new URL(form.action, page.url)
      return go(url, { method: 'POST', headers, body: form.fields.toString() }, until)
    },
  }
}

function formAround(page: Page, button: string) {
  const html = [...page.body.matchAll(/<form[\s\S]*?<\/form>/g)]
    .map(([form]) => form)
    .find((form) => form.includes(`id="${button}"`))
  if (html === undefined) throw new Error(`no form with #${button} at ${page.url.href} (${page.status}):\n${page.body}`)
  const fields = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    fields.set(attribute(tag, 'name'), attribute(tag, 'value'))
  }
  const pressed = tagWithId(html, 'button', button)
  if (attribute(pressed, 'name') !== '') fields.set(attribute(pressed, 'name'), attribute(pressed, 'value'))
  return { html, fields, action: attribute(html, 'action') }
}

function tagWithId(html: string, name: string, id: string): string {
  const tag = [...html.matchAll(new RegExp(`<${name}[^>]*>`, 'g'))]
    .map(([one]) => one)
    .find((one) => one.includes(`id="${id}"`))
  if (tag === undefined) throw new Error(`no ${name} #${id} in ${html}`)
  return tag
}

/** Reads an attribute. Its name must follow a space, so that `data-id` is not taken for `id`. */
function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
