import {
  type ClientCredentials,
  eddsaResource,
  type FeatureWorkload,
  fastResource,
  identityScope,
  offlineScope,
  resource,
  type Target,
  type Workload,
} from '../protocol.ts'
import { codeFlow, tokenRequest } from './code-flow.ts'
import type { Journey } from './connection.ts'
import { expect, member } from './expect.ts'
import { featureJourneys } from './feature-journeys.ts'
import { basic, form, get, post } from './requests.ts'

type Start = (target: Target, done: () => void) => Journey

const opaque = 'grant_type=client_credentials&scope=notes%3Aread'
const jwtFor = (audience: string) => form({ grant_type: 'client_credentials', scope: 'notes:read', resource: audience })

const plainJourneys: Readonly<Record<Exclude<Workload, FeatureWorkload>, Start>> = {
  discovery: (_, done) => again(get('/auth/.well-known/openid-configuration'), done),
  jwks: (_, done) => again(get('/auth/jwks'), done),
  'client-credentials-opaque': ({ clients }, done) => again(token(clients.ES256, opaque), done),
  'client-credentials-jwt': ({ clients }, done) => again(token(clients.ES256, jwtFor(resource)), done),
  'client-credentials-es256': ({ clients }, done) => again(token(clients.ES256, jwtFor(fastResource)), done),
  'client-credentials-eddsa': ({ clients }, done) => again(token(clients.ES256, jwtFor(eddsaResource)), done),
  refresh: ({ clients }, done) => refreshing(clients.ES256, done),
  'code-es256': ({ clients }, done) => flowing(clients.ES256, done),
  'code-rs256': ({ clients }, done) => flowing(clients.RS256, done),
  'code-eddsa': ({ clients }, done) => flowing(clients.EdDSA, done),
  introspect: ({ clients }, done) => introspecting(clients.ES256, done),
  userinfo: ({ clients }, done) => readingUserinfo(clients.ES256, done),
}

const journeys: Readonly<Record<Workload, Start>> = { ...plainJourneys, ...featureJourneys }

/** The requests that one connection repeats. It calls `done` after each counted unit. */
export function journeyOf(load: Workload, target: Target, done: () => void): Journey {
  return journeys[load](target, done)
}

function token(client: ClientCredentials, body: string): string {
  return post(tokenRequest.path, basic(client), body)
}

function* again(request: string, done: () => void): Journey {
  for (;;) {
    expect(yield request, 200)
    done()
  }
}

function* flowing(client: ClientCredentials, done: () => void): Journey {
  for (;;) {
    const answer = yield* codeFlow(client, identityScope)
    if (!answer.body.includes('"id_token"')) throw new Error(`no ID token: ${answer.body}`)
    done()
  }
}

/** Refreshes again and again. Each connection has its own grant, and always uses the newest token. */
function* refreshing(client: ClientCredentials, done: () => void): Journey {
  const credentials = basic(client)
  let token = member(yield* codeFlow(client, offlineScope), 'refresh_token')
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
  const token = member(yield* codeFlow(client, identityScope), 'access_token')
  const request = post('/auth/oauth2/introspect', basic(client), `token=${token}`)
  for (;;) {
    const answer = yield request
    if (!answer.body.includes('"active":true')) throw new Error(`not active: ${answer.body}`)
    done()
  }
}

function* readingUserinfo(client: ClientCredentials, done: () => void): Journey {
  const token = member(yield* codeFlow(client, identityScope), 'access_token')
  return yield* again(get('/auth/oauth2/userinfo', `authorization: Bearer ${token}\r\n`), done)
}
