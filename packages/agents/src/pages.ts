import { randomUUID } from 'node:crypto'
import type { LoginContext, Provider, SignedIn } from '@oauth/core'
import { html } from 'hono/html'

export interface User {
  readonly id: string
  readonly email: string
}

const user: User = { id: 'ada', email: 'ada@example.com' }

/** What the user types into the login page. */
export const credentials = { email: user.email, password: 'correct horse' } as const

export interface Identity {
  readonly findUser: (id: string) => User | undefined
  readonly currentSession: (request: Request) => SignedIn<User> | undefined
  /** The login page and the consent page, or `undefined` for another path. */
  readonly pages: (request: Request, provider: Provider) => Promise<Response | undefined>
}

/** The host of the authorization server: one user, sessions in memory, a login page and a consent page. */
export function createIdentity(): Identity {
  const sessions = new Map<string, SignedIn<User>>()

  async function login(request: Request, { returnTo }: LoginContext): Promise<Response> {
    const form = await request.formData()
    if (form.get('email') !== credentials.email || form.get('password') !== credentials.password)
      return new Response('Wrong address or password.', { status: 422 })
    const id = randomUUID()
    sessions.set(id, { user, session: { id, authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] } })
    const headers = { location: returnTo, 'set-cookie': `session=${id}; Path=/; HttpOnly; SameSite=Lax` }
    return new Response(null, { status: 303, headers })
  }

  return {
    findUser: (id) => (id === user.id ? user : undefined),
    currentSession: (request) =>
      sessions.get(/\bsession=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
    async pages(request, provider) {
      const url = new URL(request.url)
      if (url.pathname !== '/login' && url.pathname !== '/consent') return undefined
      const context = await provider.tryResolveLoginContext(request)
      if (context === undefined) return new Response('This request is over.', { status: 400 })
      if (url.pathname === '/login') {
        return request.method === 'POST' ? login(request, context) : page(await loginForm(url, context))
      }
      if (context.intent !== 'consent') return Response.redirect(new URL(context.returnTo, url), 303)
      return page(await consentForm(context))
    },
  }
}

function page(body: string): Response {
  return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
}

async function loginForm(url: URL, context: LoginContext): Promise<string> {
  return String(
    await html`<h1>Sign in to go on to ${context.clientName}</h1>
<form method="post" action="${`/login${url.search}`}">
<input name="email"><input name="password" type="password"><button>Sign in</button>
</form>`,
  )
}

async function consentForm(context: LoginContext): Promise<string> {
  return String(
    await html`<h1>${context.clientName} asks for access</h1>
<p>Resources: <code>${context.resources.join(' ')}</code>. Scopes: <code>${context.scopes.join(' ')}</code>.
Your answer goes to <code>${context.redirectHost}</code>.</p>
<form method="post" action="${context.consentEndpoint}">
<input type="hidden" name="state" value="${context.state}">
<button name="accept" value="true">Allow</button><button name="accept" value="false">Deny</button>
</form>`,
  )
}
