import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { BaseUser, Session } from './host.ts'

/** What the host gets to decide about an authorization: the client, what it asks for, and who is signed in. */
export interface AuthorizationFacts<User extends BaseUser> {
  readonly client: ClientRecord
  readonly user: User
  readonly session: Session
  readonly scopes: readonly string[]
}

/** What a user wants to do with a client or a consent. */
export type ClientAction = 'read' | 'update' | 'delete' | 'list' | 'rotate'

/**
 * The question to `clientPrivileges`: may this user do this with this client, or with the consents or clients of this
 * reference?
 */
export interface ClientQuestion<User extends BaseUser> {
  readonly action: ClientAction
  readonly user: User
  readonly session: Session
  /** The client. Absent for `list`, and when the question is about a consent. */
  readonly client?: ClientRecord
  /** The consent that another user gave under `referenceId`. */
  readonly consent?: ConsentRecord
  /** The reference to which the client or consent belongs, or whose clients the user wants to list. */
  readonly referenceId?: string
  /** Whether the user acts for that reference (`clientReferenceResolver`). */
  readonly owned: boolean
}

/**
 * Functions with which the host takes decisions. Where a boolean is expected, `undefined` and `null` count as `false`.
 * Any other value that is not a boolean ends the request with `server_error`, and so does a reference that is not a
 * string of 1 to 255 characters.
 */
export interface Resolvers<User extends BaseUser> {
  /** Whether the user has to choose an account first, on the page `selectAccountUrl`. Default: no. */
  selectAccountResolver?(facts: AuthorizationFacts<User>): Awaitable<boolean>
  /**
   * Whether the user has to do something else after login, on the page `postLoginUrl`. The server asks again until the
   * answer is `false`. Default: no.
   */
  postLoginResolver?(facts: AuthorizationFacts<User>): Awaitable<boolean>
  /**
   * The reference (an organisation, a workspace) under which the user consents. A consent under one reference does not
   * count under another. Default: none.
   */
  consentReferenceResolver?(facts: AuthorizationFacts<User>): Awaitable<string | undefined | null>
  /**
   * The reference (an organisation, a workspace) for which the user manages clients. Clients that the user creates
   * belong to it. Default: none, and clients belong to the user.
   */
  clientReferenceResolver?(who: {
    readonly user: User
    readonly session: Session
  }): Awaitable<string | undefined | null>
  /**
   * What a user may do with clients that are not their own. For a user's own clients the hook is not called. Clients of
   * the reference that the user acts for (`owned`): `true` allows the action, anything else refuses it. Without the
   * hook, every member may do everything. Clients of other users or references, and clients without an owner: only
   * `'admin'` allows the action, `true` does not. The same holds for consents that users gave under a reference.
   * Without the hook, only the user who gave a consent may change it.
   * @example
   * clientPrivileges: ({ owned, action, user }) =>
   *   user.isOperator ? 'admin' : owned && (action === 'read' || user.isManager),
   */
  clientPrivileges?(question: ClientQuestion<User>): Awaitable<boolean | 'admin'>
  /**
   * Whether the user may create clients, at `/oauth2/create-client` and `/oauth2/register`. `referenceId` is the
   * reference that the user acts for, to which the client will belong. For example `({ user }) => user.emailVerified`.
   * Default: every user may.
   */
  mayCreateClient?(question: {
    readonly user: User
    readonly session: Session
    readonly referenceId?: string
  }): Awaitable<boolean>
  /**
   * Whether a client is trusted: its users are not asked for consent. A client cannot make itself trusted by its
   * registration. Users of a public client on a loopback address or a private-use scheme are still asked, unless
   * `rememberConsentOfNativeClients` is set. Default: no.
   */
  trustedClientResolver?(client: ClientRecord): Awaitable<boolean>
  /**
   * Whether this request may use the admin routes. Without this function nobody may. Do not accept a session cookie
   * alone: another site could send the request (CSRF). Do not read the body.
   */
  authorizeAdmin?(request: Request): Awaitable<boolean>
  /**
   * Returns the parameters behind a `request_uri` that the host has issued, `client_id` among them, or `undefined` when
   * it is unknown or expired. They replace all parameters that came through the browser.
   */
  requestUriResolver?(
    requestUri: string,
    clientId: string | undefined,
  ): Awaitable<Readonly<Record<string, string>> | undefined | null>
}
