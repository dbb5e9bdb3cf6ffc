import {
  type ClientCredentials,
  deviceGrantType,
  eddsaResource,
  fastResource,
  identityScope,
  offlineScope,
  redirectUri,
  resource,
  type Target,
  type Workload,
} from '../protocol.ts'
import type { Answer, Journey } from './connection.ts'
import { type Proven, proofs } from './proofs.ts'
import { authorization, authorize, basic, form, get, post } from './requests.ts'

/** The requests that one connection repeats. It calls `done` after each counted unit. */
export function journeyOf(load: Workload, { clients }: Target, done: () => void): Journey {
  const client = clients.ES256
  const token = (body: string) => post('/auth/oauth2/token', basic(client), body)
  switch (load) {
    case 'discovery':
      return again(get('/auth/.well-known/openid-configuration'), done)
    case 'jwks':
      return again(get('/auth/jwks'), done)
    case 'client-credentials-opaque':
      return again(token('grant_type=client_credentials&scope=notes%3Aread'), done)
    case 'client-credentials-dpop':
      return proving(client, done)
    case 'client-credentials-jwt':
      return again(token(machineRequest(resource)), done)
    case 'client-credentials-es256':
      return again(token(machineRequest(fastResource)), done)
    case 'client-credentials-eddsa':
      return again(token(machineRequest(eddsaResource)), done)
    case 'refresh':
      return refreshing(client, done)
    case 'code-es256':
      return flowing(client, done)
    case 'code-par':
      return flowing(client, done, true)
    case 'code-rs256':
      return flowing(clients.RS256, done)
    case 'code-eddsa':
      return flowing(clients.EdDSA, done)
    case 'introspect':
      return introspecting(client, done)
    case 'userinfo':
      return readingUserinfo(client, done)
    case 'device-poll':
      return polling(client, done)
    case 'userinfo-dpop':
      return provingAtUserinfo(client, done)
  }
}

function machineRequest(forResource: string): string {
  return form({ grant_type: 'client_credentials', scope: 'notes:read', resource: forResource })
}

function* again(request: string, done: () => void): Journey {
  for (;;) {
    expect(yield request, 200)
    done()
  }
}

const tokenRequest: Proven = { method: 'POST', path: '/auth/oauth2/token' }

/** Signs a new proof for each request, with one key. */
function* proving(client: ClientCredentials, done: () => void): Journey {
  const prove = proofs()
  for (;;) {
    const headers = `${basic(client)}dpop: ${prove(tokenRequest)}\r\n`
    expect(yield post(tokenRequest.path, headers, 'grant_type=client_credentials&scope=notes%3Aread'), 200)
    done()
  }
}

interface Flow {
  readonly pushed?: boolean
  /** Binds the tokens to a key. */
  readonly prove?: (request: Proven) => string
}

/** Runs one code flow, from the authorization request to the tokens. */
function* flow(client: ClientCredentials, scope: string, how: Flow = {}): Generator<string, Answer, Answer> {
  const { query, verifier } = authorization(client, scope)
  const redirect = yield authorize(how.pushed === true ? yield* push(client, query) : query)
  const code = /[?&]code=([^&\r]+)/.exec(redirect.head)?.[1]
  if (code === undefined) throw new Error(`no code: ${redirect.head}`)
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const proof = how.prove === undefined ? '' : `dpop: ${how.prove(tokenRequest)}\r\n`
  const answer = yield post(tokenRequest.path, basic(client) + proof, form(exchange))
  expect(answer, 200)
  return answer
}

/** Pushes an authorization request, and returns the parameters for the browser. */
function* push(client: ClientCredentials, query: string): Generator<string, string, Answer> {
  const answer = yield post('/auth/oauth2/par', basic(client), query)
  expect(answer, 201)
  return form({ client_id: client.id, request_uri: member(answer, 'request_uri') })
}

function* flowing(client: ClientCredentials, done: () => void, pushed = false): Journey {
  for (;;) {
    const answer = yield* flow(client, identityScope, { pushed })
    if (!answer.body.includes('"id_token"')) throw new Error(`no ID token: ${answer.body}`)
    done()
  }
}

/** Refreshes again and again. Each connection has its own grant, and always uses the newest token. */
function* refreshing(client: ClientCredentials, done: () => void): Journey {
  const credentials = basic(client)
  let token = member(yield* flow(client, offlineScope), 'refresh_token')
  for (;;) {
    const answer = yield post('/auth/oauth2/token', credentials, `grant_type=refresh_token&refresh_token=${token}`)
    expect(answer, 200)
    const next = member(answer, 'refresh_token')
    if (next === token) throw new Error('the refresh token was not rotated')
    token = next
    done()
  }
}

function* introspecting(client: ClientCredentials, done: () => void): Journey {
  const token = member(yield* flow(client, identityScope), 'access_token')
  const request = post('/auth/oauth2/introspect', basic(client), `token=${token}`)
  for (;;) {
    const answer = yield request
    if (!answer.body.includes('"active":true')) throw new Error(`not active: ${answer.body}`)
    done()
  }
}

function* readingUserinfo(client: ClientCredentials, done: () => void): Journey {
  const token = member(yield* flow(client, identityScope), 'access_token')
  return yield* again(get('/auth/oauth2/userinfo', `authorization: Bearer ${token}\r\n`), done)
}

function* provingAtUserinfo(client: ClientCredentials, done: () => void): Journey {
  const prove = proofs()
  const accessToken = member(yield* flow(client, identityScope, { prove }), 'access_token')
  const request = { method: 'GET', path: '/auth/oauth2/userinfo', accessToken } as const
  for (;;) {
    const headers = `authorization: DPoP ${accessToken}\r\ndpop: ${prove(request)}\r\n`
    expect(yield get(request.path, headers), 200)
    done()
  }
}

/** How many devices poll over one connection: a thousand over the 32 of the default. */
const devicesPerConnection = 32

/** Polls for devices whose users do not answer, one after the other. Each poll writes: whether it came too early or not. */
function* polling(client: ClientCredentials, done: () => void): Journey {
  const credentials = basic(client)
  const polls: string[] = []
  for (let index = 0; index < devicesPerConnection; index++) {
    const answer = yield post('/auth/oauth2/device_authorization', credentials, 'scope=notes%3Aread')
    expect(answer, 200)
    const body = form({ grant_type: deviceGrantType, device_code: member(answer, 'device_code') })
    polls.push(post('/auth/oauth2/token', credentials, body))
  }
  for (;;) {
    for (const poll of polls) {
      const answer = yield poll
      expect(answer, 400)
      if (!/authorization_pending|slow_down/.test(answer.body)) throw new Error(`not waiting: ${answer.body}`)
      done()
    }
  }
}

/** Reads a member of a JSON response without the cost of parsing all of it. */
function member({ body }: Answer, name: string): string {
  const value = new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1]
  if (value === undefined) throw new Error(`no ${name}: ${body}`)
  return value
}

function expect({ status, head, body }: Answer, expected: number): void {
  if (status !== expected) throw new Error(`${status} instead of ${expected}\n${head}\n${body}`)
}
