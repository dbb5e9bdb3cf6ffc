import { createHash, randomBytes } from 'node:crypto'
import { type ClientCredentials, redirectUri, sessionCookie } from '../protocol.ts'

const host = 'host: localhost:9000\r\n'

export function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`
}

/** Makes a POST request with a form. `body` is the encoded form. */
export function post(path: string, headers: string, body: string): string {
  const type = 'content-type: application/x-www-form-urlencoded\r\n'
  return `POST ${path} HTTP/1.1\r\n${host}${headers}${type}content-length: ${body.length}\r\n\r\n${body}`
}

export function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}

/** Makes the `Authorization` header with the client's credentials. */
export function basic({ id, secret }: ClientCredentials): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return `authorization: Basic ${Buffer.from(pair).toString('base64')}\r\n`
}

/** Makes the parameters of an authorization request, and the PKCE verifier of its challenge. */
export function authorization(client: ClientCredentials, scope: string): { query: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const query = form({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope,
    state: 'client-state',
    ...(scope.includes('openid') && { nonce: 'client-nonce' }),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return { query, verifier }
}

/** Makes a request of a browser that is signed in to the authorization endpoint. */
export function authorize(query: string): string {
  return get(`/auth/oauth2/authorize?${query}`, `cookie: ${sessionCookie}\r\n`)
}
