import { createProvider, type SignedIn } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { protectedResource } from '@oauth/next/resource-server'

const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const resource = `${baseUrl}/mcp` // users give this URL to their agent
export const user = { id: '1', name: 'Ada Lovelace', password: 'correct horse' } // one of your users
const shared = globalThis as { sessions?: Map<string, SignedIn<typeof user>> } // Next loads this file more than once
shared.sessions ??= new Map()
export const sessions = shared.sessions // your sessions, by the value of your cookie

const create = () =>
  createProvider({
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
let made: ReturnType<typeof create> | undefined
export const provider = () => (made ??= create()) // at the first request, not while Next builds

export const api = protectedResource(() => ({
  resource,
  authorizationServer: provider(),
  scopes: ['profile:read'],
}))
