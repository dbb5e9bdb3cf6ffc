import type { Workload } from '../protocol.ts'
import type { Journey } from './connection.ts'
import { authorization, authorize, basic, form, get, post } from './requests.ts'

const client = { id: 'a-client-id-with-27-characters', secret: 'a-client-secret-with-forty-three-characters' }
const token = 'x'.repeat(68)
const read = get('/auth/oauth2/userinfo', `authorization: Bearer ${token}\r\n`)
const send = post('/auth/oauth2/token', basic(client), 'grant_type=client_credentials&scope=notes%3Aread')
const { query, verifier } = authorization(client, 'openid profile email')
const redirected = authorize(query)
const exchange = { grant_type: 'authorization_code', code: token, code_verifier: verifier }
const exchanged = post('/auth/oauth2/token', basic(client), form(exchange))
const pushed = post('/auth/oauth2/par', basic(client), query)

/** The HTTP requests of one unit of a workload. */
function requestsOf(load: Workload): readonly string[] {
  if (load === 'code-par') return [pushed, read, exchanged]
  if (load.startsWith('code-')) return [redirected, exchanged]
  return load === 'discovery' || load === 'jwks' || load.startsWith('userinfo') ? [read] : [send]
}

/** Sends requests like those of a workload to the bare server. */
export function* bareJourney(load: Workload, done: () => void): Journey {
  const requests = requestsOf(load)
  for (;;) {
    for (const request of requests) yield request
    done()
  }
}
