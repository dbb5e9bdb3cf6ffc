import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createProvider, type SignedIn } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { oauth, pageRequest } from '@oauth/express'
import { authOf, protectedResource } from '@oauth/express/resource-server'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import express from 'express'
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
const app = express().use(oauth(provider), api.metadata)

app.all('/sign-in', express.urlencoded(), async (req, res) => {
  res.set({ 'content-security-policy': "frame-ancestors 'none'", 'cache-control': 'no-store' })
  const context = await provider.tryResolveLoginContext(pageRequest(req)) // undefined in a browser that has not begun this
  if (context === undefined) return void res.status(400).send('This sign-in is over. Start again in your application.')
  if (context.intent === 'consent') return void res.send(consentPage(context))
  if (req.body?.password !== user.password) return void res.send(loginPage(context))
  const sid = crypto.randomUUID()
  sessions.set(sid, { user, session: { id: crypto.randomUUID(), authTime: Math.floor(Date.now() / 1000) } })
  res.cookie('sid', sid, { httpOnly: true, sameSite: 'lax', secure: baseUrl.startsWith('https:') })
  res.redirect(303, context.returnTo)
})

app.all('/mcp', api.protect(), async (req, res) => {
  if (req.method !== 'POST') return void res.status(405).end() // no streams
  const name = authOf(req).subject === user.id ? user.name : 'nobody'
  const server = new McpServer({ name: 'who', version: '1.0.0' })
  server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: `You are ${name}` }] }))
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  await transport.handleRequest(req, res)
})

app.listen(Number(process.env.PORT ?? 3000))
