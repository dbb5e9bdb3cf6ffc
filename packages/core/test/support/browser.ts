import type { TestUser, World } from './world.ts'

/** What the user does on the host's pages. */
export interface Visit {
  /** The user who signs in on the login page. Without it, the visit ends at the login page. */
  readonly user?: TestUser
  /** The user's decision on the consent page. Without it, the visit ends at the consent page. */
  readonly accept?: boolean
}

/** A browser with cookies that follows redirects between the provider and the host's pages. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** Every URL that the browser visited, in order. */
  readonly visited: string[] = []
  readonly world: World

  constructor(world: World) {
    this.world = world
  }

  /** Sends one request and does not follow redirects. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    this.visited.push(url)
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0)
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await this.world.provider.fetch(new Request(url, { ...init, headers, redirect: 'manual' }))
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }

  signIn(user: TestUser): void {
    this.cookies.set('session', this.world.signIn(user))
  }

  signOut(): void {
    this.cookies.delete('session')
  }

  /** Posts the consent form as the page does, with the claims that the page has shown. */
  async consent(pageUrl: string, accept: boolean, claims: readonly string[] = []): Promise<Response> {
    const state = new URL(pageUrl).searchParams.get('state') ?? ''
    const shown = claims.length > 0 && { claims: claims.join(' ') }
    return this.request(`${this.world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: new URL(this.world.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ state, accept: String(accept), ...shown }),
    })
  }

  /** Visits a URL and goes on to the client's redirect URI, an error page, or a page that the user does not answer. */
  async visit(url: string, visit: Visit = {}): Promise<{ readonly response: Response; readonly url: string }> {
    let response = await this.request(url)
    let current = url
    for (let hops = 0; hops < 12; hops++) {
      const location = response.headers.get('location')
      if (location === null) return { response, url: current }
      current = location
      const { origin, pathname } = new URL(location)
      // Pages come first, since the pages of an issuer without a path are below the issuer.
      const page = origin === new URL(this.world.issuer).origin ? pathname : undefined
      if (page === '/login' || page === '/signup') {
        if (visit.user === undefined) return { response, url: location }
        const context = await this.world.provider.resolveLoginContext(this.pageRequest(location))
        this.signIn(visit.user)
        response = await this.request(context.returnTo)
      } else if (page === '/consent') {
        if (visit.accept === undefined) return { response, url: location }
        const context = await this.world.provider.tryResolveLoginContext(this.pageRequest(location))
        const claims = context?.claims.map(({ name }) => name)
        response = await this.consent(location, visit.accept, claims)
      } else if (location.startsWith(`${this.world.issuer}/oauth2/`)) {
        response = await this.request(location)
      } else {
        return { response, url: location }
      }
    }
    throw new Error(`went round in circles: ${this.visited.join(' -> ')}`)
  }

  /** The request that the host's page receives for this URL. */
  pageRequest(url: string): Request {
    return new Request(url, {
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
  }
}
