import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { BaseUser, Session } from './host.ts'

/** An authorization that is being decided: who asks for what, and who is signed in. */
export interface AuthorizationFacts<User extends BaseUser> {
  readonly client: ClientRecord
  readonly user: User
  readonly session: Session
  readonly scopes: readonly string[]
}

/** What somebody wants to do with clients. */
export type ClientAction = 'create' | 'read' | 'update' | 'delete' | 'list' | 'rotate'

/** Questions that only the host can answer. Where a boolean is asked for, only `true` counts. */
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
  /** Whether the user may do this with clients (or consents) of this reference, beside what ownership allows. */
  clientPrivileges?(question: {
    readonly action: ClientAction
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
