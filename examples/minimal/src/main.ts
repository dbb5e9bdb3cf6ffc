import { createServer } from 'node:http'
import { createProvider, type SignedIn } from '@oauth/core'
import { nodeListener } from '@oauth/core/node'
import { sqliteStorage } from '@oauth/kysely/sqlite'

const user = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com', emailVerified: true } // one of your users
const sessions = new Map<string, SignedIn<typeof user>>() // your sessions, by the value of your cookie

const provider = createProvider({
  baseUrl: process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`, // the issuer is this with /auth
  secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32; without it, createProvider throws
  storage: sqliteStorage(process.env.DATABASE ?? './oauth.db'), // creates and migrates the file if needed
  authentication: {
    getSession: (request) => sessions.get(/\bsid=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
    getUser: (id) => (id === user.id ? user : undefined),
  },
  loginUrl: '/login',
  consentUrl: '/consent',
})

async function pages(request: Request): Promise<Response> {
  const context = await provider.tryResolveLoginContext(request)
  if (context === undefined) return new Response('Not found', { status: 404 })
  if (new URL(request.url).pathname === '/login') {
    const cookie = crypto.randomUUID().replaceAll('-', '') // ask for a password first
    sessions.set(cookie, { user, session: { id: crypto.randomUUID(), authTime: Math.floor(Date.now() / 1000) } })
    return new Response(null, {
      status: 302,
      headers: { location: context.returnTo, 'set-cookie': `sid=${cookie}; HttpOnly; SameSite=Lax` },
    })
  }
  const form = `<form method="post" action="/auth/oauth2/consent"><input type="hidden" name="state" value="${context.state}">
    <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button></form>`
  return new Response(form, { headers: { 'content-type': 'text/html' } })
}

createServer(nodeListener(provider, pages)).listen(Number(process.env.PORT ?? 3000))
