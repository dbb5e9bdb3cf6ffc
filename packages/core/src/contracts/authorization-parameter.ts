import type { Parameters } from '../http/parameters.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { TokenRequest } from './grant-type.ts'

/** A parameter of authorization requests that a feature brings, for instance `authorization_details` or `dpop_jkt`. */
export interface AuthorizationParameter<Value = unknown> {
  readonly name: string
  /**
   * Reads and checks it.
   * @returns a JSON value, kept with the request; `undefined` when there is nothing to keep
   * @throws {OAuthError} which is told to the client
   */
  parse(parameters: Parameters, client: ClientRecord): Awaitable<Value | undefined>
  /** Where the value goes with the approval: into `extra` of the grant, or of the code. Default: it ends with the interaction. */
  readonly keptWith?: 'grant' | 'code'
  /** Whether a remembered consent covers the value, so that the user is not asked again. Default: it does. */
  isCovered?(value: Value, consent: ConsentRecord): boolean
  /** What the consent page is told, in `parameters` of the login context. Default: the value. */
  describe?(value: Value): unknown
  /**
   * What is left of the value after the user's answer on the consent page. Default: all of it.
   * @throws {OAuthError} for an answer that goes beyond the value
   */
  accept?(value: Value, answer: Parameters): Value
  /**
   * Compares a value kept with the code with the token request, before anything is consumed.
   * @throws {OAuthError} `invalid_grant`
   */
  checkRedemption?(value: Value, request: TokenRequest): Awaitable<void>
}
