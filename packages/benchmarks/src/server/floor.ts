import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type ClientName, eddsaResource, fastResource, type ServerSettings } from '../protocol.ts'
import { createToken, hash, isSame, signJwt, tokenId } from './floor-crypto.ts'
import { type Database, openFloorDatabase } from './floor-database.ts'
import { readText, send, sendPublic } from './plain-http.ts'
import { anyClients, type Served } from './served.ts'

const issuer = 'http://localhost:9000/auth'
/** Documents as long as those of the provider. */
const [discovery, jwks] = [2519, 825].map((length) => JSON.stringify({ issuer, rest: 'x'.repeat(length - 46) }))
const profile = { name: 'Alice Archer', family_name: 'Archer', given_name: 'Alice' }
const userClaims = { ...profile, email: 'alice@example.com', email_verified: true }
const session = { auth_time: 1_795_835_856, amr: ['pwd'] }
const identityScope = 'openid profile email'

/**
 * The floor: a server that does the least work for the same responses, with the same headers and members. It does HTTP,
 * hashing, one signature and the least SQL in one transaction a request, synchronous and written by hand, and checks almost
 * nothing. The table's "of floor" compares with it.
 */
export function serveFloor({ directory }: ServerSettings): Served {
  const database = openFloorDatabase(directory)
  const secretHash = hash(anyClients.ES256.secret)
  const now = () => Math.floor(Date.now() / 1000)

  function authenticate(request: IncomingMessage): string {
    const pair = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString()
    const colon = pair.indexOf(':')
    if (!isSame(hash(pair.slice(colon + 1)), secretHash)) throw new Error('wrong secret')
    return pair.slice(0, colon)
  }

  function authorize(request: IncomingMessage, response: ServerResponse): void {
    const parameters = new URLSearchParams(request.url?.slice(request.url.indexOf('?') + 1))
    database.consent.get('user', 'client')
    const code = createToken(now())
    database.issue(code.id, code.hash, parameters.get('code_challenge'), parameters.get('scope') ?? '', now())
    const location = `${parameters.get('redirect_uri')}?code=${code.text}&state=${parameters.get('state')}&iss=${encodeURIComponent(issuer)}`
    response.writeHead(302, { location, 'cache-control': 'no-store', 'content-length': 0 })
    response.end()
  }

  function userinfo(request: IncomingMessage, response: ServerResponse): void {
    find(database, request.headers.authorization?.slice(7) ?? '')
    send(response, 200, JSON.stringify({ ...userClaims, sub: 'user-alice' }))
  }

  function post(request: IncomingMessage, response: ServerResponse, text: string): void {
    const client = authenticate(request)
    const form = new URLSearchParams(text)
    if (request.url !== '/auth/oauth2/introspect') {
      send(response, 200, JSON.stringify(grant(database, client, form, now())))
      return
    }
    find(database, form.get('token') ?? '')
    const party = { iss: issuer, sub: 'user-alice', client_id: client, azp: client, token_type: 'Bearer' }
    const life = { scope: identityScope, iat: now(), exp: now() + 3600, ...session }
    send(response, 200, JSON.stringify({ active: true, ...party, ...life }))
  }

  const listener: RequestListener = (request, response) => {
    if (request.method === 'POST') readText(request, (text) => post(request, response, text))
    else if (request.url === '/auth/oauth2/userinfo') userinfo(request, response)
    else if (request.url === '/auth/.well-known/openid-configuration') sendPublic(response, discovery ?? '')
    else if (request.url === '/auth/jwks') sendPublic(response, jwks ?? '')
    else authorize(request, response)
  }
  return { listener, clients: anyClients }
}

interface Found {
  readonly hash: string
  readonly grant_id: string
  readonly scope: string
  readonly challenge: string
}

function check(row: unknown, text: string): Found {
  const found = row as Found | undefined
  if (found === undefined || !isSame(hash(text), found.hash)) throw new Error('unknown token')
  return found
}

function find(database: Database, text: string): void {
  check(database.accessToken.get(tokenId(text)), text)
}

const algorithms: Readonly<Record<string, ClientName>> = { [fastResource]: 'ES256', [eddsaResource]: 'EdDSA' }
const signedFor: Readonly<Record<string, ClientName>> = {
  [anyClients.RS256.id]: 'RS256',
  [anyClients.EdDSA.id]: 'EdDSA',
}

function grant(database: Database, client: string, form: URLSearchParams, now: number): object {
  const times = { iat: now, exp: now + 3600 }
  const answer = (token: string, scope: string) => ({
    access_token: token,
    token_type: 'Bearer',
    expires_in: 3600,
    scope,
  })
  const access = createToken(now)
  const asked = form.get('resource')
  if (asked !== null) {
    const party = { iss: issuer, sub: client, aud: asked, client_id: client, azp: client, scope: 'notes:read' }
    return answer(signJwt(algorithms[asked] ?? 'RS256', 'at+jwt', { ...party, ...times, jti: access.id }), 'notes:read')
  }

  const type = form.get('grant_type')
  if (type === 'client_credentials') {
    database.insertAccessToken.run(access.id, access.hash, null, now)
    return answer(access.text, 'notes:read')
  }
  if (type === 'refresh_token') {
    const text = form.get('refresh_token') ?? ''
    const found = check(database.refreshToken.get(tokenId(text)), text)
    const refresh = createToken(now)
    database.rotate(tokenId(text), access, refresh, found.grant_id, now)
    return { ...answer(access.text, found.scope), refresh_token: refresh.text }
  }
  const text = form.get('code') ?? ''
  const found = check(database.code.get(tokenId(text)), text)
  if (!isSame(hash(form.get('code_verifier') ?? ''), found.challenge)) throw new Error('wrong verifier')
  const refresh = found.scope.includes('offline_access') ? createToken(now) : undefined
  const party = { iss: issuer, sub: 'user-alice', aud: client }
  const bound = { nonce: 'client-nonce', ...session, at_hash: access.hash.slice(0, 22) }
  const idToken = found.scope.startsWith('openid')
    ? signJwt(signedFor[client] ?? 'ES256', 'JWT', { ...userClaims, ...party, ...times, ...bound })
    : undefined
  database.redeem(tokenId(text), access, refresh, found.grant_id, now)
  return { ...answer(access.text, found.scope), refresh_token: refresh?.text, id_token: idToken }
}
