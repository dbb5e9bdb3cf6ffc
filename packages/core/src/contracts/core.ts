import type { Parameters, UncheckedParameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'
import type { PresentedAccessToken } from './access-token.ts'
import type { Pending } from './completion.ts'
import type { Context } from './context.ts'
import type { GrantFacts, NewGrant, NewGrantCommit } from './grant.ts'
import type { Issuance, TokenAnswer } from './issuance.ts'
import type { Binding, ProofFacts } from './sender-constraint.ts'

/** What a feature may use: the state of the provider, and the verbs that the built-in parts are written with. */
export interface Core extends Context {
  /**
   * The client that a request comes from, by whatever authentication method it is registered for. An endpoint with
   * `handleClient` has it already.
   * @throws {OAuthError} `invalid_client`, `invalid_request` or `rate_limited`
   */
  authenticateClient(request: Request, parameters: Parameters): Promise<ClientRecord>
  /**
   * Reads and checks an authorization request, from wherever its parameters came (pushed, in a request object, ...): what
   * the authorization endpoint would do before it asks for the user.
   * @throws {OAuthError} towards the client's redirect URI once that is sure
   */
  readAuthorization(request: Request, parameters: UncheckedParameters): Promise<ReadAuthorization>
  /**
   * The parameters that features bring (`authorizationParameters`), for `extra` of a request that `readAuthorization` has
   * not read, for instance that of a device. `undefined` when none of them came.
   * @throws {OAuthError} whatever a feature says is wrong with its parameter
   */
  readParameters(client: ClientRecord, parameters: Parameters): Promise<Extra | undefined>
  /**
   * Takes the browser through login, consent and whatever else is due, and then ends in the completion that `pending`
   * names: at once when nothing is due.
   */
  interact(request: Request, pending: Pending): Promise<Response>
  /**
   * The client that a document describes, for sources of clients: its metadata is held to the rules for clients that
   * strangers register, and completed by the same defaults, but without `token_endpoint_auth_method` the client is public.
   * Nothing is stored. It costs a check of all metadata: keep the client for a while.
   * @throws {OAuthError} `invalid_client` that says what is wrong with the document
   */
  clientFrom(clientId: string, document: object): Promise<ClientRecord>
  /**
   * The marks of withdrawals that concern a user at a client now: `withdrawals` of the facts of a grant that comes of no
   * interaction. Read them before anything that the approval relies on; those of an interaction are in `approved.grant`.
   */
  knownWithdrawals(client: ClientRecord, userId: string): Promise<readonly string[]>
  /** A grant for an approval, not yet stored. */
  grantFor(facts: GrantFacts): NewGrant
  /**
   * Stores a new grant with its tokens or code, and takes the records that it came from: all or nothing.
   * @returns `gone` when a record to take was not there; nothing was written then
   * @throws {OAuthError} `access_denied` when access was withdrawn (session ended, consent deleted, grants revoked) since the
   * user approved; what was written is ended again
   */
  commitGrant(newGrant: NewGrant, commit: NewGrantCommit): Promise<'won' | 'gone'>
  /** Mints the tokens that a grant type decided on, writes them by its `commit` and makes the answer. */
  issue(issuance: Issuance): Promise<TokenAnswer>
  /**
   * The key that a request proves to hold, or `undefined` when no sender constraint is used.
   * @throws {OAuthError} for a proof that is not good
   */
  readBinding(request: Request, facts: ProofFacts): Promise<Binding | undefined>
  /**
   * The access token that a request presents, verified, and with a proof of the key that it is bound to.
   * @throws {OAuthError} `invalid_token` or `invalid_request`
   */
  readAccessToken(request: Request, endpoint: string): Promise<PresentedAccessToken>
}

/** An authorization request with its client. */
export interface ReadAuthorization {
  readonly client: ClientRecord
  readonly authorization: AuthorizationRequest
  /** The parameters that counted. */
  readonly parameters: UncheckedParameters
}
