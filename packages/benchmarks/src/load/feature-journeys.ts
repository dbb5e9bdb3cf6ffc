import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { certificate } from '../certificate.ts'
import {
  cibaGrantType,
  deviceGrantType,
  exchangeGrantType,
  type FeatureWorkload,
  fastResource,
  identityScope,
  issuer,
  type Target,
} from '../protocol.ts'
import { codeFlow, type Flow, tokenRequest } from './code-flow.ts'
import type { Answer, Journey } from './connection.ts'
import { expect, member } from './expect.ts'
import { encode, proofs } from './proofs.ts'
import { basic, form, get, post } from './requests.ts'

/** The requests that one connection repeats. It calls `done` after each counted unit. */
export type FeatureJourney = (target: Target, done: () => void) => Journey

const machine = { grant_type: 'client_credentials', scope: 'notes:read' }
const identity = (target: Target) => codeFlow(target.clients.ES256, identityScope)

/** The journeys that use a feature. */
export const featureJourneys: Readonly<Record<FeatureWorkload, FeatureJourney>> = {
  /** Signs a new proof for each request, with one key. */
  *'client-credentials-dpop'({ clients }, done) {
    const prove = proofs()
    for (;;) {
      const headers = `${basic(clients.ES256)}dpop: ${prove(tokenRequest)}\r\n`
      expect(yield post(tokenRequest.path, headers, form(machine)), 200)
      done()
    }
  },

  *'userinfo-dpop'({ clients }, done) {
    const prove = proofs()
    const accessToken = member(yield* codeFlow(clients.ES256, identityScope, { prove }), 'access_token')
    const request = { method: 'GET', path: '/auth/oauth2/userinfo', accessToken } as const
    for (;;) {
      const headers = `authorization: DPoP ${accessToken}\r\ndpop: ${prove(request)}\r\n`
      expect(yield get(request.path, headers), 200)
      done()
    }
  },

  *'client-credentials-private-key'(target, done) {
    const signed = signer(target)
    const { id } = target.clients.ES256
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    for (;;) {
      const assertion = signed({ iss: id, sub: id, aud: issuer, jti: randomUUID(), exp: now() + 60 })
      const body = form({ ...machine, client_id: id, client_assertion_type: type, client_assertion: assertion })
      expect(yield post(tokenRequest.path, '', body), 200)
      done()
    }
  },

  'client-credentials-mtls': ({ clients }, done) =>
    again(
      post(tokenRequest.path, `x-client-cert: ${certificate}\r\n`, form({ ...machine, client_id: clients.ES256.id })),
      done,
    ),

  'client-credentials-rar'({ clients }, done) {
    const details = JSON.stringify([{ type: 'payment', amount: '123.50', creditor: 'Example' }])
    const body = form({ ...machine, authorization_details: details })
    return again(post(tokenRequest.path, basic(clients.ES256), body), done)
  },

  *'token-exchange'(target, done) {
    const exchange = {
      grant_type: exchangeGrantType,
      subject_token: member(yield* codeFlow(target.clients.ES256, 'notes:read'), 'access_token'),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: fastResource,
    }
    return yield* again(post(tokenRequest.path, basic(target.clients.ES256), form(exchange)), done)
  },

  *'introspect-jwt'(target, done) {
    const token = member(yield* identity(target), 'access_token')
    const headers = `${basic(target.clients.ES256)}accept: application/token-introspection+jwt\r\n`
    const request = post('/auth/oauth2/introspect', headers, `token=${token}`)
    for (;;) {
      const answer = yield request
      if (!answer.body.startsWith('ey')) throw new Error(`no JWT: ${answer.body}`)
      done()
    }
  },

  'code-par': (target, done) =>
    flowing(target, done, {
      *prepare(query) {
        const answer = yield post('/auth/oauth2/par', basic(target.clients.ES256), query)
        expect(answer, 201)
        return form({ client_id: target.clients.ES256.id, request_uri: member(answer, 'request_uri') })
      },
    }),

  'code-jar'(target, done) {
    const signed = signer(target)
    const { id } = target.clients.ES256
    return flowing(target, done, {
      // biome-ignore lint/correctness/useYield: it changes the request and sends none of its own
      *prepare(query) {
        const parameters = Object.fromEntries(new URLSearchParams(query))
        const request = signed({ ...parameters, iss: id, aud: issuer, iat: now(), nbf: now(), exp: now() + 60 })
        return form({ client_id: id, response_type: 'code', scope: identityScope, request })
      },
    })
  },

  'code-jarm': (target, done) =>
    flowing(target, done, {
      // biome-ignore lint/correctness/useYield: it changes the request and sends none of its own
      *prepare(query) {
        return `${query}&response_mode=jwt`
      },
    }),

  'code-encrypted': (target, done) => flowing(target, done, {}),

  'device-poll': (target, done) => polling(target, done, deviceGrantType),
  'ciba-poll': (target, done) => polling(target, done, cibaGrantType),
}

function* again(request: string, done: () => void): Journey {
  for (;;) {
    expect(yield request, 200)
    done()
  }
}

function* flowing({ clients }: Target, done: () => void, flow: Flow): Journey {
  for (;;) {
    const answer = yield* codeFlow(clients.ES256, identityScope, flow)
    if (!answer.body.includes('"id_token"')) throw new Error(`no ID token: ${answer.body}`)
    done()
  }
}

/** How many devices poll over one connection: a thousand over the 32 of the default. A user is asked by one client less often. */
const pending = { [deviceGrantType]: 32, [cibaGrantType]: 1 } as const

/** Polls for requests that no user answers, one after the other. Each poll writes: whether it came too early or not. */
function* polling({ clients }: Target, done: () => void, grantType: keyof typeof pending): Journey {
  const credentials = basic(clients.ES256)
  const polls: string[] = []
  for (let index = 0; index < pending[grantType]; index++) polls.push(yield* begin(credentials, grantType))
  for (;;) {
    for (const poll of polls) {
      const answer = yield poll
      expect(answer, 400)
      if (!/authorization_pending|slow_down/.test(answer.body)) throw new Error(`not waiting: ${answer.body}`)
      done()
    }
  }
}

/** Begins a request of a device or of CIBA, and returns its poll. */
function* begin(credentials: string, grantType: keyof typeof pending): Generator<string, string, Answer> {
  const device = grantType === deviceGrantType
  const answer = yield device
    ? post('/auth/oauth2/device_authorization', credentials, 'scope=notes%3Aread')
    : post('/auth/oauth2/backchannel_authentication', credentials, 'scope=openid&login_hint=alice')
  expect(answer, 200)
  const name = device ? 'device_code' : 'auth_req_id'
  return post(tokenRequest.path, credentials, form({ grant_type: grantType, [name]: member(answer, name) }))
}

/** Returns a function that signs JWTs with the key of the client. */
function signer({ privateKey }: Target): (claims: object) => string {
  if (privateKey === undefined) throw new Error('the server has registered no key')
  const key = { key: createPrivateKey({ key: privateKey, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  const header = encode({ alg: 'ES256' })
  return (claims) => {
    const signed = `${header}.${encode(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
  }
}

const now = (): number => Math.floor(Date.now() / 1000)
