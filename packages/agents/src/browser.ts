/** A page, or the URL at which the browser stopped. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly body: string
}

/** A stand-in for the user's browser: it keeps cookies, follows redirects and submits forms. */
export interface Browser {
  /** Opens a URL and follows redirects. Stops before a URL that begins with `until`. */
  open(url: URL, until?: string): Promise<Page>
  /** Submits the first form of a page as if the user had pressed its first button. */
  submit(page: Page, fields?: Readonly<Record<string, string>>, until?: string): Promise<Page>
}

/** Makes a browser for one authorization server. It knows neither the paths nor the expiry of cookies. */
export function createBrowser(): Browser {
  const cookies = new Map<string, string>()

  async function send(url: URL, init: RequestInit, until: string | undefined, hops = 0): Promise<Page> {
    if (hops > 15) throw new Error(`too many redirects, the last to ${url}`)
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const body = await response.text()
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null)
      return { url, status: response.status, body }
    const next = new URL(location, url)
    if (until !== undefined && next.href.startsWith(until)) return { url: next, status: response.status, body: '' }
    return send(next, {}, until, hops + 1)
  }

  return {
    open: (url, until) => send(url, {}, until),
    submit(page, fields = {}, until) {
      const [form] = /<form[\s\S]*?<\/form>/.exec(page.body) ?? []
      if (form === undefined) throw new Error(`no form at ${page.url} (${page.status}):\n${page.body}`)
      const controls = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>|<button[^>]*>/g)].map(([tag]) => tag)
      const button = controls.findIndex((tag) => tag.startsWith('<button'))
      const body = new URLSearchParams(
        controls
          .slice(0, button + 1)
          .map((tag): [string, string] => [attribute(tag, 'name'), attribute(tag, 'value')])
          .filter(([name]) => name !== ''),
      )
      for (const [name, value] of Object.entries(fields)) body.set(name, value)
      const url = new URL(attribute(form, 'action'), page.url)
      return send(url, { method: 'POST', body, headers: { origin: page.url.origin } }, until)
    },
  }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
