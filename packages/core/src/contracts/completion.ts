import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { RecordTake } from '../storage/record.ts'
import type { GrantFacts } from './grant.ts'

/**
 * What an interaction ends in. The authorization code is one: the browser goes on to the client. A device grant is
 * another: the browser is told to look at the device, which gets the tokens.
 */
export interface Completion {
  /** Unique among completions. It is stored with the interaction. */
  readonly name: string
  /**
   * Called when the user has signed in and agreed. It writes what there is to write, in one commit that takes the
   * interaction (`approved.take`), and answers the browser.
   */
  approve(request: Request, approved: Approved): Promise<Response>
  /** Called once, when the user has refused and the interaction is gone. Default: a page that says so. */
  deny?(request: Request, pending: LoadedPending): Promise<Response>
  /**
   * Called for an error after which the interaction cannot go on as it is, for instance `login_required`. It throws or
   * answers. Default: the error is shown on a page.
   */
  fail?(request: Request, pending: LoadedPending, error: OAuthError): Promise<Response>
}

/** Something that waits for its user: what `core.interact` begins with. */
export interface Pending {
  /** The name of the completion. */
  readonly completion: string
  /** Who asks for what. Without `redirectUri` nobody is redirected to the client. */
  readonly authorization: AuthorizationRequest
  /** JSON that the completion needs in the end, for instance the id of the device code. It is stored with the interaction. */
  readonly value?: object
}

/** A pending request with its client, which is still registered for what it asks. */
export interface LoadedPending extends Pending {
  readonly client: ClientRecord
  /** Whether the user has answered the consent page, and so has seen where the answer goes. */
  readonly answered?: boolean
}

/** What the user has agreed to. */
export interface Approved extends LoadedPending {
  /** What the grant is made of: `core.grantFor(approved.grant)`. */
  readonly grant: GrantFacts
  /** To be remembered with the approval, when the user was asked. */
  readonly consent?: ConsentRecord
  /** The interaction, to be taken by the commit; empty when the request needed none. */
  readonly take: readonly RecordTake[]
}
