/** A simulated browser: it keeps cookies, follows redirects and fills in forms. */
export interface UserAgent {
  /** Opens a URL and follows redirects. Stops before a URL that begins with `until`, and returns that URL. */
  open(url: string | URL, until?: string): Promise<Visit>
  /** Submits the form of a page that has a button with the text `button`, which is compared without tags. */
  submit(page: Visit, button: string, fields?: Fields, until?: string): Promise<Visit>
  cookie(name: string): string | undefined
  setCookie(name: string, value: string): void
}

/** What a user fills in. Several values are ticked checkboxes of one name. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** The requested paths, including redirects. */
  readonly trail: readonly string[]
}

const redirects = new Set([301, 302, 303, 307, 308])

/** Makes a simulated browser for one host. It ignores the path and the expiry of cookies. */
export function createUserAgent(): UserAgent {
  const cookies = new Map<string, string>()

  async function send(
    url: URL,
    init: RequestInit,
    until: string | undefined,
    before: readonly string[] = [],
  ): Promise<Visit> {
    const trail = [...before, url.pathname]
    if (trail.length > 15) throw new Error(`too many redirects: ${trail.join(' ')}`)
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) remember(line)
    const location = response.headers.get('location')
    if (!redirects.has(response.status) || location === null)
      return { url, status: response.status, headers: response.headers, body: await response.text(), trail }
    await response.body?.cancel()
    const next = new URL(location, url)
    if (until !== undefined && next.href.startsWith(until))
      return { url: next, status: response.status, headers: response.headers, body: '', trail }
    return send(next, {}, until, trail)
  }

  function remember(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) cookies.delete(name)
    else cookies.set(name, pair.slice(equals + 1))
  }

  return {
    open: (url, until) => send(new URL(url), {}, until),
    submit(page, button, fields = {}, until) {
      const form = formWith(page, button)
      const url = new URL(form.action, page.url)
      const filled = Object.entries({ ...form.fields, ...fields })
      const body = new URLSearchParams(filled.flatMap(([name, value]) => [value].flat().map((one) => [name, one])))
      // Send the origin of the page with the form, as a browser does.
      return send(url, { method: 'POST', body, headers: { origin: page.url.origin } }, until)
    },
    cookie: (name) => cookies.get(name),
    setCookie: (name, value) => void cookies.set(name, value),
  }
}

function formWith(page: Visit, button: string) {
  for (const [form] of page.body.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const found = [...form.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(
      ([, , text = '']) => text === button || text.replace(/<[^>]*>/g, '') === button,
    )
    if (found === undefined) continue
    const fields = Object.fromEntries(
      [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
        attribute(tag, 'name'),
        attribute(tag, 'value'),
      ]),
    )
    const [, attributes = ''] = found
    const name = attribute(attributes, 'name')
    if (name !== '') fields[name] = attribute(attributes, 'value')
    return { action: attribute(attributes, 'formaction') || attribute(form, 'action'), fields }
  }
  throw new Error(`no form with a button "${button}" on ${page.url.href} (${page.status}):\n${page.body}`)
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
}
