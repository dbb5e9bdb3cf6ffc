import { type ClientCredentials, redirectUri } from '../protocol.ts'
import type { Answer } from './connection.ts'
import { expect, member } from './expect.ts'
import type { Proven } from './proofs.ts'
import { authorization, authorize, basic, form, post } from './requests.ts'

export const tokenRequest: Proven = { method: 'POST', path: '/auth/oauth2/token' }

export interface Flow {
  /** Changes the parameters of the authorization request, or sends them another way. Yields requests and gets responses. */
  readonly prepare?: (query: string) => Generator<string, string, Answer>
  /** Binds the tokens to a key. */
  readonly prove?: (request: Proven) => string
}

/** Runs one code flow, from the authorization request to the tokens. */
export function* codeFlow(
  client: ClientCredentials,
  scope: string,
  { prepare, prove }: Flow = {},
): Generator<string, Answer, Answer> {
  const { query, verifier } = authorization(client, scope)
  const redirect = yield authorize(prepare === undefined ? query : yield* prepare(query))
  const exchange = {
    grant_type: 'authorization_code',
    code: codeOf(redirect),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  const proof = prove === undefined ? '' : `dpop: ${prove(tokenRequest)}\r\n`
  const answer = yield post(tokenRequest.path, basic(client) + proof, form(exchange))
  expect(answer, 200)
  return answer
}

/** Reads the code of an authorization response, which may be in a JWT. */
function codeOf({ head }: Answer): string {
  const jwt = /[?&]response=[^.&]+\.([^.&]+)/.exec(head)?.[1]
  const code =
    jwt === undefined
      ? /[?&]code=([^&\r]+)/.exec(head)?.[1]
      : member({ status: 302, head, body: Buffer.from(jwt, 'base64url').toString() }, 'code')
  if (code === undefined) throw new Error(`no code: ${head}`)
  return code
}
