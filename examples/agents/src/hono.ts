import { serve } from '@hono/node-server'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport as Transport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createProvider, type SignedIn } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { oauth } from '@oauth/hono'
import { protectedResource } from '@oauth/hono/resource-server'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { consentPage, loginPage } from './pages.ts'

const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const resource = `${baseUrl}/mcp` // users give this URL to their agent
const user = { id: '1', name: 'Ada Lovelace', password: 'correct horse' } // one of your users
const sessions = new Map<string, SignedIn<typeof user>>() // your sessions, by the value of your cookie

const provider = createProvider({
  ...mcp({ resources: { [resource]: { scopes: ['profile:read'] } } }),
  baseUrl,
  secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32; without it, createProvider throws
  storage: sqliteStorage(process.env.DATABASE ?? './oauth.db'), // creates and migrates the file if needed
  authentication: {
    getSession: ({ headers }) => sessions.get(/\bsid=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''),
    getUser: (id) => (id === user.id ? user : undefined),
  },
  loginUrl: '/sign-in',
  consentUrl: '/sign-in',
})
setInterval(() => void provider.purgeExpired().catch(() => {}), 24 * 3600 * 1000).unref()

const api = protectedResource({ resource, authorizationServer: provider, scopes: ['profile:read'] })
const app = new Hono().use(oauth(provider), api.metadata)
app.use(secureHeaders({ contentSecurityPolicy: { frameAncestors: ["'none'"] }, referrerPolicy: 'same-origin' }))

app.all('/sign-in', async (c) => {
  c.header('cache-control', 'no-store')
  const context = await provider.tryResolveLoginContext(c.req.raw) // undefined in a browser that has not begun this
  if (context === undefined) return c.text('This sign-in is over. Start again in your application.', 400)
  if (context.intent === 'consent') return c.html(consentPage(context))
  if ((await c.req.parseBody()).password !== user.password) return c.html(loginPage(context))
  const sid = crypto.randomUUID()
  sessions.set(sid, { user, session: { id: crypto.randomUUID(), authTime: Math.floor(Date.now() / 1000) } })
  setCookie(c, 'sid', sid, { httpOnly: true, sameSite: 'Lax', secure: baseUrl.startsWith('https:') })
  return c.redirect(context.returnTo, 303)
})

app.all('/mcp', api.protect(), async (c) => {
  if (c.req.method !== 'POST') return c.body(null, 405) // no streams
  const name = c.get('auth').subject === user.id ? user.name : 'nobody'
  const server = new McpServer({ name: 'who', version: '1.0.0' })
  server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: `You are ${name}` }] }))
  const transport = new Transport({ enableJsonResponse: true })
  await server.connect(transport)
  return transport.handleRequest(c.req.raw)
})

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
