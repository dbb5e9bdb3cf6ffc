import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ClientEvidence } from './client-instance.ts'
import type { Context } from './context.ts'

/**
 * A way for clients to prove with each request that they hold a key, so that a stolen token is useless: a signed header
 * (DPoP, {@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449}) or a TLS certificate ({@link
 * https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 section 3}). The core calls every constraint at the token
 * endpoint and wherever a client presents an access token. It ensures that a token issued to a key is valid only with a
 * proof of that key, and that a refresh token of a public client stays bound to its key.
 */
export interface SenderConstraint {
  /**
   * The member of `cnf` that holds the key ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section
   * 3.1}), for instance `jkt`.
   */
  readonly confirmation: string
  /**
   * The `token_type` of tokens that are bound in this way. Unless it is `Bearer`, it is also their scheme in the
   * `Authorization` header.
   */
  readonly tokenType: string
  /** Parameters of the `WWW-Authenticate` challenge besides `error`, for instance `algs`. */
  readonly challenge?: Readonly<Record<string, string>>
  /**
   * The authorization parameter that binds a code to a key before the client has proved it, for instance `dpop_jkt`. A
   * proof beside a pushed authorization request binds the code as this parameter would ({@link
   * https://www.rfc-editor.org/rfc/rfc9449#section-10.1 RFC 9449 section 10.1}).
   */
  readonly codeParameter?: string
  /** The request headers that carry a proof. Scripts of other origins may send them where they may call an endpoint. */
  readonly requestHeaders?: readonly string[]
  /** The headers in `Proof.headers` and in errors, for instance a nonce. Scripts of other origins may read them. */
  readonly responseHeaders?: readonly string[]
  /**
   * Looks for a proof in a request and verifies it.
   * @returns `undefined` when the request does not use this constraint
   * @throws {OAuthError} when the proof is not valid, or is missing where the client has to bring one
   */
  prove(ctx: Context, request: Request, facts: ProofFacts): Awaitable<Proof | undefined>
  /**
   * Refuses tokens that would not be bound, where the client or a resource demands it. The core calls it for every
   * access token that it issues, whatever the grant type and the endpoint, before anything is used up.
   * @throws {OAuthError} `invalid_request`
   */
  checkIssuance?(ctx: Context, facts: BoundIssuance): Awaitable<void>
}

/** The access token that is about to be issued, as far as its binding depends on it. */
export interface BoundIssuance {
  readonly client: ClientRecord
  /** The resources (audiences) of the token, as `validAudiences` spells them. */
  readonly resources: readonly string[]
  /** The keys that the client has proved to hold. */
  readonly binding?: Binding | undefined
}

/** What a proof must match. */
export interface ProofFacts {
  /** The URL of the endpoint as the server publishes it, even when a proxy has changed the URL of the request. */
  readonly endpoint: string
  /** The client that authenticated. Absent where the request presents an access token. */
  readonly client?: ClientRecord
  /** What the client has proved when it authenticated. A proof in it is not verified again. */
  readonly evidence?: ClientEvidence | undefined
  /** The access token that the request presents. */
  readonly accessToken?: string
  /** The id of the client that the presented access token was issued to. */
  readonly tokenClientId?: string
}

/** A valid proof. */
export interface Proof {
  /** The identifier of the key, for instance its thumbprint. It becomes the value in `cnf`. */
  readonly confirmation: string
  /** Headers to add to the response, for instance a new nonce. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The keys that the client has proved to hold, in the form that tokens carry. */
export interface Binding {
  readonly tokenType: string
  readonly cnf: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /**
   * The authorization parameters that bind a code to these keys, for instance `dpop_jkt`. An endpoint that takes
   * authorization requests adds them to the request with `addParameters`.
   */
  readonly codeParameters: Readonly<Record<string, string>>
}
