import type { Parameters } from '../http/parameters.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { TokenRequest } from './grant-type.ts'
import type { Session } from './host.ts'

/** Who approved a request, and the answer on the consent page. */
export interface ApprovalFacts {
  readonly client: ClientRecord
  readonly userId: string
  /** The session in which the user approved. Absent when there was none, for instance when the user approved on a phone. */
  readonly session?: Session
  /** The form that the consent page posted. Absent when the user was not asked, for instance for a trusted client. */
  readonly answer?: Parameters
}

/** A parameter of authorization requests that a feature brings, for instance `authorization_details` or `dpop_jkt`. */
export interface AuthorizationParameter<Value = unknown> {
  /** The parameter's name in the authorization request. */
  readonly name: string
  /**
   * Reads the parameter from the request and checks it. It is called for every authorization request, also when the
   * parameter is absent.
   * @returns a JSON value, which is stored with the request; `undefined` when there is nothing to store
   * @throws {OAuthError} which is sent to the client
   */
  parse(parameters: Parameters, client: ClientRecord): Awaitable<Value | undefined>
  /**
   * Where the value is kept after the user has approved: in `extra` of the grant, or of the authorization code, which
   * other completions do not have. Default: the value is dropped when the interaction ends.
   */
  readonly keptWith?: 'grant' | 'code'
  /**
   * Whether a remembered consent covers the value. If not, the user is asked again. A feature that remembers what the user
   * agreed to, in records of its own, finds it by the client, the user and the reference of the consent. Default: it does.
   */
  isCovered?(value: Value, consent: ConsentRecord): Awaitable<boolean>
  /** What the consent page gets to show, in `parameters` of the login context. Default: the value itself. */
  describe?(value: Value): unknown
  /**
   * Returns the value that is granted. It is called for every approval: with the answer of the consent page, by which it
   * may narrow the value, and without one where the user is not asked. It may be called more than once for a request, and
   * an approval may still fail afterwards. Default: the value stays as it is.
   * @returns `undefined` when nothing of the value is granted
   * @throws {OAuthError} when the answer allows more than the client asked for
   */
  accept?(value: Value, facts: ApprovalFacts): Awaitable<Value | undefined>
  /**
   * Whether the parameter says by itself what the client asks for, so that a request with it needs no `scope`. Without
   * `scope`, such a request asks for no scope, not for the default ones. Default `false`.
   */
  readonly insteadOfScope?: boolean
  /**
   * Checks the token request against the value that was kept with the code, before the code is used up.
   * @throws {OAuthError} `invalid_grant`
   */
  checkRedemption?(value: Value, request: TokenRequest): Awaitable<void>
}
