import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createProvider } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { oauth } from '@oauth/express'
import { authOf, protectedResource } from '@oauth/express/resource-server'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { cookieSessions, createPages, pageUrls } from '@oauth/pages'
import express from 'express'

const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const resource = `${baseUrl}/mcp` // users give this URL to their agent
const user = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com', password: 'correct horse' } // one of your users
const sessions = cookieSessions({ baseUrl, getUser: (id) => (id === user.id ? user : undefined) }) // in memory

const provider = createProvider({
  ...mcp({ resources: { [resource]: { scopes: ['profile:read'] } } }),
  baseUrl,
  secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32; without it, createProvider throws
  storage: sqliteStorage(process.env.DATABASE ?? './oauth.db'), // creates and migrates the file if needed
  authentication: sessions,
  ...pageUrls(), // where the pages below are
})
const pages = createPages({
  provider,
  sessions,
  users: {
    authenticate: ({ email, password }) => (email === user.email && password === user.password ? user : undefined),
  },
  scopes: { 'profile:read': 'See your name' },
})
setInterval(() => void provider.purgeExpired().catch(() => {}), 24 * 3600 * 1000).unref()

const api = protectedResource({ resource, authorizationServer: provider, scopes: ['profile:read'] })
const app = express().use(oauth(provider), oauth(pages), api.metadata)

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
