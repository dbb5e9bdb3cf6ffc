import { createProvider } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { protectedResource } from '@oauth/next/resource-server'
import { cookieSessions, createPages, memorySessionStore, pageUrls, type SessionStore } from '@oauth/pages'

const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const resource = `${baseUrl}/mcp` // users give this URL to their agent
const basePath = '/account' // the pages are in app/account
export const user = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com', password: 'correct horse' } // one of your users
const shared = globalThis as { sessions?: SessionStore } // Next loads this file more than once
shared.sessions ??= memorySessionStore()
const store = shared.sessions

const createServer = () => {
  const sessions = cookieSessions({ baseUrl, store, getUser: (id) => (id === user.id ? user : undefined) })
  const provider = createProvider({
    ...mcp({ resources: { [resource]: { scopes: ['profile:read'] } } }),
    baseUrl,
    secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32; without it, createProvider throws
    storage: sqliteStorage(process.env.DATABASE ?? './oauth.db'), // creates and migrates the file if needed
    authentication: sessions,
    ...pageUrls(basePath),
  })
  const pages = createPages({
    provider,
    sessions,
    users: {
      authenticate: ({ email, password }) => (email === user.email && password === user.password ? user : undefined),
    },
    basePath,
    scopes: { 'profile:read': 'See your name' },
  })
  return { provider, pages }
}
let made: ReturnType<typeof createServer> | undefined
const server = () => (made ??= createServer()) // at the first request, not while Next builds
export const provider = () => server().provider
export const pages = () => server().pages

export const api = protectedResource(() => ({
  resource,
  authorizationServer: provider(),
  scopes: ['profile:read'],
}))
