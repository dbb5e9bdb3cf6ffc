import type { Parameters, UncheckedParameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'
import type { RecordTake } from '../storage/record.ts'
import type { PresentedAccessToken } from './access-token.ts'
import type { ApprovalFacts } from './authorization-parameter.ts'
import type { Pending } from './completion.ts'
import type { Context } from './context.ts'
import type { GrantFacts, NewGrant, NewGrantCommit } from './grant.ts'
import type { Issuance, TokenAnswer } from './issuance.ts'
import type { Binding, ProofFacts } from './sender-constraint.ts'

/** What a feature can use: the state of the provider, and the functions that the built-in parts use. */
export interface Core extends Context {
  /**
   * Authenticates the client of a request by the method that it is registered for. An endpoint with `handleClient` has
   * the client already.
   * @throws {OAuthError} `invalid_client`, `invalid_request` or `rate_limited`
   */
  authenticateClient(request: Request, parameters: Parameters): Promise<ClientRecord>
  /**
   * Reads and checks an authorization request as the authorization endpoint does before it asks the user, for instance
   * one that was pushed.
   * @throws {OAuthError} which the server sends to the client's redirect URI once that is verified
   */
  readAuthorization(request: Request, parameters: UncheckedParameters): Promise<ReadAuthorization>
  /**
   * The parameters that features bring (`authorizationParameters`), for `extra` of a request that `readAuthorization` has
   * not read, for instance that of a device. `undefined` when none of them came.
   * @throws {OAuthError} whatever a feature says is wrong with its parameter
   */
  readParameters(client: ClientRecord, parameters: Parameters): Promise<Extra | undefined>
  /**
   * Returns what `readParameters` has read as the user approves it, for `extra` of the facts of a grant. Call it for an
   * approval that comes of no interaction, for instance one on a phone; an interaction has it in `approved.grant`.
   * @returns `undefined` when the grant keeps none of the parameters
   * @throws {OAuthError} of the feature that refuses the approval
   */
  approveParameters(extra: Extra | undefined, facts: ApprovalFacts): Promise<Extra | undefined>
  /**
   * The scopes of a request that `readAuthorization` has not read, for instance that of a device: those in `scope`, or the
   * default. They are empty when another parameter stands in for `scope`, for instance `authorization_details`.
   * @throws {OAuthError} `invalid_scope`
   */
  readScope(client: ClientRecord, parameters: Parameters): readonly string[]
  /**
   * The parameters with `audience` read as `resource`, where the option `audienceParameter` says so, for a request that
   * neither `readAuthorization` nor the token endpoint has read, for instance that of a device.
   */
  readAudience(client: ClientRecord, parameters: Parameters): Parameters
  /**
   * Reads and checks a request for a user's access that the client sends to the server itself, for instance that of a
   * device: scope, resources, claims, the sign-in that it wants, and the parameters of features. The request always asks
   * for consent and has no redirect URI. Pass it to `interact`.
   * @throws {OAuthError} `invalid_scope`, `invalid_target`, `invalid_request`, or of the feature whose parameter is wrong
   */
  readDirectRequest(client: ClientRecord, parameters: Parameters): Promise<AuthorizationRequest>
  /**
   * Takes the browser through login, consent and whatever else is due, and then ends in the completion that `pending`
   * names. When nothing is due, it ends there at once.
   * @returns the response for the browser
   */
  interact(request: Request, pending: Pending): Promise<Response>
  /**
   * Makes the client that a document describes, for client sources. Its metadata must follow the rules for clients that
   * strangers register, and gets the same defaults; without `token_endpoint_auth_method` the client is public. Nothing is
   * stored. The call checks all metadata, which costs time: keep the client for a while.
   * @throws {OAuthError} `invalid_client` that says what is wrong with the document
   */
  clientFrom(clientId: string, document: object): Promise<ClientRecord>
  /**
   * Reads the marks of withdrawals that concern a user at a client now. They are `withdrawals` of the facts of a grant that
   * comes of no interaction. Read them before anything that the approval relies on; an interaction has its own in
   * `approved.grant`.
   * @param before only marks that were noted before this time, in seconds since the epoch: when the approval itself is
   * older than this request, for instance an assertion, every later mark must end it
   */
  knownWithdrawals(client: ClientRecord, userId: string, before?: number): Promise<readonly string[]>
  /** Makes a grant from what the user approved. It is not stored yet: pass it to `commitGrant`. */
  grantFor(facts: GrantFacts): NewGrant
  /**
   * Stores a new grant with its tokens or code, and takes the records that it came from: all or nothing.
   * @returns `won`; or `gone` when a record in `take` no longer existed, and nothing was written
   * @throws {OAuthError} `access_denied` when access was withdrawn (session ended, consent deleted, grants revoked)
   * after the user had approved. The grant that was just written is then revoked.
   */
  commitGrant(newGrant: NewGrant, commit: NewGrantCommit): Promise<'won' | 'gone'>
  /** Mints the tokens that a grant type decided on, writes them by its `commit` and returns the token response. */
  issue(issuance: Issuance): Promise<TokenAnswer>
  /**
   * Reads the key that the client proves to hold in this request.
   * @returns `undefined` when the request uses no sender constraint
   * @throws {OAuthError} when a proof is not valid
   */
  readBinding(request: Request, facts: ProofFacts): Promise<Binding | undefined>
  /**
   * Reads and verifies the access token of a request, and the proof of the key that the token is bound to.
   * @param endpoint the URL of the endpoint as the server publishes it
   * @throws {OAuthError} `invalid_token` or `invalid_request`
   */
  readAccessToken(request: Request, endpoint: string): Promise<PresentedAccessToken>
}

/** A checked authorization request and its client. */
export interface ReadAuthorization {
  readonly client: ClientRecord
  readonly authorization: AuthorizationRequest
  /** The parameters that were used, for instance those in the request object. */
  readonly parameters: UncheckedParameters
  /** The records that the request came from, for `take` of `core.interact`. Absent when it came from no record. */
  readonly take?: readonly RecordTake[]
}
