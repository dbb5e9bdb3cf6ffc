import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * How a client proves with each request that it holds a key, so that a stolen token is useless: a signed header
 * (DPoP, {@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449}) or a TLS certificate
 * ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 section 3}). The core asks every constraint at the token
 * endpoint and wherever an access token is presented, and holds these rules for all of them: a token that was issued to a
 * key is good with a proof of that key alone, and a refresh token of a public client stays with its key.
 */
export interface SenderConstraint {
  /** Its member of `cnf` ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section 3.1}), for instance `jkt`. */
  readonly confirmation: string
  /** The `token_type` of its tokens. Other than `Bearer` it is also their scheme in the `Authorization` header. */
  readonly tokenType: string
  /** Parameters of its `WWW-Authenticate` challenge beside `error`, for instance `algs`. */
  readonly challenge?: Readonly<Record<string, string>>
  /** The request headers that carry a proof. Scripts of other origins may send them where they may call an endpoint. */
  readonly requestHeaders?: readonly string[]
  /** The headers in `Proof.headers` and in errors, for instance a nonce. Scripts of other origins may read them. */
  readonly responseHeaders?: readonly string[]
  /**
   * Looks for a proof in a request.
   * @returns `undefined` when the request does not use this constraint
   * @throws {OAuthError} for a proof that is not good, and for none where the client has to bring one
   */
  prove(request: Request, facts: ProofFacts): Awaitable<Proof | undefined>
}

/** What a proof is compared with. */
export interface ProofFacts {
  /** The URL of the endpoint as the server publishes it, whatever proxies did to the URL of the request. */
  readonly endpoint: string
  /** The client that authenticated; absent where an access token is presented. */
  readonly client?: ClientRecord
  /** The access token that the request presents. */
  readonly accessToken?: string
}

/** A proof that is good. */
export interface Proof {
  /** What identifies the key, for instance its thumbprint: the value in `cnf`. */
  readonly confirmation: string
  /** Headers of the answer, for instance a new nonce. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The key or keys that a request has proved, as tokens carry them. */
export interface Binding {
  readonly tokenType: string
  readonly cnf: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}
