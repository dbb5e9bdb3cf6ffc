import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createProvider, type SignedIn } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2MessageSigning, fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { nodeListener } from '@oauth/core/node'
import { sqliteStorage } from '@oauth/kysely/sqlite'

const user = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com', emailVerified: true } // one of your users
const sessions = new Map<string, SignedIn<typeof user>>() // your sessions, by the value of your cookie
const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}` // https://… in production

const messageSigning = [jwtSecuredRequests(), jarm(), jwtIntrospection(), fapi2MessageSigning()]

const provider = createProvider({
  baseUrl,
  secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32; without it, createProvider throws
  storage: sqliteStorage(process.env.DATABASE ?? './oauth.db'), // creates and migrates the file if needed
  authentication: {
    getSession: (request) => sessions.get(/\bsid=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
    getUser: (id) => (id === user.id ? user : undefined),
  },
  loginUrl: '/login',
  consentUrl: '/consent',
  features: [
    privateKeyJwt(),
    pushedAuthorizationRequests(),
    dpop({ requireNonce: true }),
    ...(process.env.MESSAGE_SIGNING === '1' ? messageSigning : [fapi2SecurityProfile()]),
  ],
  idTokenSigningAlgorithm: 'PS256',
  accessTokenSigningAlgorithm: 'PS256',
  refreshTokenReuseWindowSeconds: 60,
})

// The client has made a key pair for PS256, and gave you the public half as a JWK Set.
const client_id = 'accounts-app'
if ((await provider.getClient(client_id)) === undefined) {
  await provider.registerClient({
    client_id,
    redirect_uris: ['https://app.example.com/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid email offline_access',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: JSON.parse(readFileSync(process.env.CLIENT_JWKS ?? './client-jwks.json', 'utf8')),
    ...(process.env.MESSAGE_SIGNING === '1' && { authorization_signed_response_alg: 'PS256' }),
  })
}

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
