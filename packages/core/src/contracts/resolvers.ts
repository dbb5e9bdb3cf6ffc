import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { BaseUser, Session } from './host.ts'

/** An authorization that is being decided: who asks for what, and who is signed in. */
export interface AuthorizationFacts<User extends BaseUser> {
  readonly client: ClientRecord
  readonly user: User
  readonly session: Session
  readonly scopes: readonly string[]
}

/** What a user wants to do with a client, or with a consent. */
export type ClientAction = 'read' | 'update' | 'delete' | 'list' | 'rotate'

/** May this user do that with this client, or with the consents or clients of this reference? */
export interface ClientQuestion<User extends BaseUser> {
  readonly action: ClientAction
  readonly user: User
  readonly session: Session
  /** The client; absent for `list`, and where the question is about a consent. */
  readonly client?: ClientRecord
  /** The consent that another user gave under `referenceId`. */
  readonly consent?: ConsentRecord
  /** To which reference the client or consent belongs, or whose clients are listed. */
  readonly referenceId?: string
  /** Whether the user acts for that reference (`clientReferenceResolver`). */
  readonly owned: boolean
}

/**
 * Questions that only the host can answer. Where a boolean is asked for, no answer is `false`, and anything else that is no
 * boolean ends the request with `server_error`; so does a reference that is no string of 1 to 255 characters.
 */
export interface Resolvers<User extends BaseUser> {
  /** Whether the user has to choose an account first, on `selectAccountUrl`. */
  selectAccountResolver?(facts: AuthorizationFacts<User>): Awaitable<boolean>
  /** Whether something else has to be done after login, on `postLoginUrl`. Asked again until it says no. */
  postLoginResolver?(facts: AuthorizationFacts<User>): Awaitable<boolean>
  /** Under which reference (an organisation, a workspace) the user consents. Consents under different ones are apart. */
  consentReferenceResolver?(facts: AuthorizationFacts<User>): Awaitable<string | undefined | null>
  /** On whose behalf the user manages clients: clients created so belong to that reference. */
  clientReferenceResolver?(who: {
    readonly user: User
    readonly session: Session
  }): Awaitable<string | undefined | null>
  /**
   * What a user may do with clients that are not their own. A user's own clients are theirs, and the hook is not asked.
   * Clients of the reference that the user acts for (`owned`): `true` allows the action, anything else refuses it;
   * without the hook every member may do everything. Clients of others, and of nobody: `true` opens nothing, only
   * `'admin'` does. The same goes for the consents that users gave under a reference, which nobody but their user may
   * touch without the hook. For example
   * `({ owned, action, user }) => user.isOperator ? 'admin' : owned && (action === 'read' || user.isManager)`.
   */
  clientPrivileges?(question: ClientQuestion<User>): Awaitable<boolean | 'admin'>
  /**
   * Whether the user may create clients, at `/oauth2/create-client` and `/oauth2/register`; `referenceId` is the reference
   * that the user acts for, to which the client will belong. For example `({ user }) => user.emailVerified`. Default:
   * every user may.
   */
  mayCreateClient?(question: {
    readonly user: User
    readonly session: Session
    readonly referenceId?: string
  }): Awaitable<boolean>
  /**
   * Whether a client is trusted: its users are not asked for consent. Nothing a client registers can say so. Users of a
   * public client on a loopback address or a private-use scheme are asked all the same, unless
   * `rememberConsentOfNativeClients` is set.
   */
  trustedClientResolver?(client: ClientRecord): Awaitable<boolean>
  /** Whether this request may use the admin routes. Without it nobody may; being signed in is never enough. Leave its body unread. */
  authorizeAdmin?(request: Request): Awaitable<boolean>
  /**
   * The parameters behind a `request_uri` that the host handed out, `client_id` among them; `undefined` when it is
   * unknown or expired. They take the place of everything that came through the browser.
   */
  requestUriResolver?(
    requestUri: string,
    clientId: string | undefined,
  ): Awaitable<Readonly<Record<string, string>> | undefined | null>
}
