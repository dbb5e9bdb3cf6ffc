import { randomUUID } from 'node:crypto'
import type { Provider, SignedIn } from '@oauth/core'

const ada = {
  id: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  emailVerified: true,
} as const

/** The user of the checks: signs in and agrees wherever she is asked, so that a program can follow the redirects alone. */
export function createPerson() {
  const sessions = new Map<string, SignedIn<typeof ada>>()

  async function pages(request: Request, provider: Provider): Promise<Response | undefined> {
    const { pathname, origin } = new URL(request.url)
    if (pathname !== '/login' && pathname !== '/consent') return undefined
    const context = await provider.tryResolveLoginContext(request)
    if (context === undefined) return new Response('This request is over.', { status: 400 })
    if (pathname === '/login') {
      const id = randomUUID()
      sessions.set(id, { user: ada, session: { id, authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] } })
      const headers = { location: context.returnTo, 'set-cookie': `session=${id}; Path=/; HttpOnly; SameSite=Lax` }
      return new Response(null, { status: 303, headers })
    }
    if (context.intent !== 'consent') return Response.redirect(new URL(context.returnTo, origin), 303)
    return provider.fetch(
      new Request(new URL(context.consentEndpoint, origin), {
        method: 'POST',
        headers: { origin, cookie: request.headers.get('cookie') ?? '' },
        body: new URLSearchParams({ state: context.state, accept: 'true' }),
      }),
    )
  }

  return {
    getSession: (request: Request) =>
      sessions.get(/\bsession=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
    getUser: (id: string) => (id === ada.id ? ada : undefined),
    endSession: (id: string) => void sessions.delete(id),
    pages,
  }
}
