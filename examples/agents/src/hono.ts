import { serve } from '@hono/node-server'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport as Transport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createProvider, type LoginContext, type SignedIn } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { oauth } from '@oauth/hono'
import { protectedResource } from '@oauth/hono/resource-server'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'

const baseUrl = process.env.BASE_URL ?? 'http://localhost:3000'
const resource = `${baseUrl}/mcp` // users give this URL to their agent
const user = { id: '1', name: 'Ada Lovelace', password: 'correct horse' } // one of your users
const sessions = new Map<string, SignedIn<typeof user>>() // your sessions, by the value of your cookie

const provider = createProvider({
  ...mcp({ resources: { [resource]: { scopes: ['profile:read'] } } }),
  baseUrl,
  secret: process.env.OAUTH_SECRET ?? 'at least 32 random characters, from your environment',
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

const loginPage = ({ clientName }: LoginContext) => html`<h1>Sign in to continue to ${clientName}</h1>
  <form method="post"><input name="password" type="password"> <button>Sign in</button></form>`

const consentPage = (context: LoginContext) => html`<h1>${context.clientName} asks for access</h1>
  <p>Nobody has checked this name. It comes from ${context.clientIdHost ?? 'the application itself'}.</p>
  <p>It asks for ${context.scopes.join(', ')} at ${context.resources.join(', ')}.
    You will then be sent to ${context.redirectHost}.</p>
  ${context.loopbackRedirect ? 'Any program on this computer could use this name. Have you just started it?' : ''}
  <form method="post" action="${context.consentEndpoint}"><input type="hidden" name="state" value="${context.state}">
    <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button></form>`

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
