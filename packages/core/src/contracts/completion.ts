import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { RecordTake } from '../storage/record.ts'
import type { Core } from './core.ts'
import type { GrantFacts } from './grant.ts'

/**
 * How an interaction ends. With the authorization code, the browser is redirected to the client with a code. With a
 * device grant, a page tells the user to look at the device, which gets the tokens. Each function gets the core of the
 * request, so that its events have the id of the request.
 */
export interface Completion {
  /** The completion's name, unique in a provider. It is stored with each interaction. */
  readonly name: string
  /**
   * Called when the user has signed in and approved. It must write everything in one commit that also takes the
   * interaction (`core.commitGrant` with `take: approved.take`), and returns the response for the browser.
   */
  approve(core: Core, request: Request, approved: Approved): Promise<Response>
  /**
   * Says what the pages get to know about the request beyond its client and scopes, for instance the code that the device
   * shows. Called when a page asks for its context (`completionDetails` of `resolveLoginContext`).
   * @throws {OAuthError} when the request cannot be completed any more, or not by this user
   */
  describe?(core: Core, shown: ShownPending): Promise<Readonly<Record<string, unknown>>>
  /**
   * Called when the user has refused. It is called once: the interaction has been deleted before. Default: a page that
   * confirms it.
   */
  deny?(core: Core, request: Request, pending: LoadedPending): Promise<Response>
  /**
   * Called for an error that ends the attempt, for instance `login_required`. It throws an error or returns a response.
   * Default: a page shows the error.
   */
  fail?(core: Core, request: Request, pending: LoadedPending, error: OAuthError): Promise<Response>
}

/** A request that waits for its user: the argument of `core.interact`. */
export interface Pending {
  /** The name of the completion (`Completion.name`) in which the interaction ends. */
  readonly completion: string
  /** The client and what it asks for. Without `redirectUri`, the browser is never redirected to the client. */
  readonly authorization: AuthorizationRequest
  /**
   * JSON that the completion needs at the end, for instance the id of a device code. It is stored with the interaction.
   */
  readonly value?: object
  /**
   * Records that the request came from (`KeptRequest.take`). One answer uses them up: they are part of `Approved.take`,
   * and the server takes them when the user refuses and before it sends an error to the client.
   */
  readonly take?: readonly RecordTake[]
}

/** A pending request and its client. The client is enabled and still registered for what the request asks. */
export interface LoadedPending extends Pending {
  readonly client: ClientRecord
  /** Whether the user has answered the consent page, which showed where the response goes. */
  readonly answered?: boolean
}

/** A pending request on a page. */
export interface ShownPending extends LoadedPending {
  /** The user who is signed in; absent before login. */
  readonly userId?: string
}

/** A request that the user has approved. */
export interface Approved extends LoadedPending {
  /** The facts for the grant. Pass them to `core.grantFor`. */
  readonly grant: GrantFacts
  /** The consent to store in the same commit. Present when the user answered the consent page. */
  readonly consent?: ConsentRecord
  /**
   * The records of the interaction and of the request, for `take` of the commit. Empty when the user did not have to do
   * anything and the request was in no record.
   */
  readonly take: readonly RecordTake[]
}
