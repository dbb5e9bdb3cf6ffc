import type { OAuthEvent } from '../../contracts/events.ts'
import type { Authentication, BaseUser, StandardClaims } from '../../contracts/host.ts'

/** What the host brings: its users, its sessions, its pages. */
export interface HostOptions<User extends BaseUser> {
  /** Who is signed in. The user type of every hook is inferred from here. */
  readonly authentication: Authentication<User>
  /**
   * The claims about a user. Default: the standard claims are read from the user's own members, in snake_case or
   * camelCase (`givenName`, `emailVerified`, …), with `image` for `picture`.
   */
  readonly userClaims?: ((user: User) => StandardClaims) | undefined
  /** The login page, a path of the application or an absolute URL. Required with the authorization_code grant type. */
  readonly loginUrl?: string | undefined
  /** The consent page. Required with the authorization_code grant type. */
  readonly consentUrl?: string | undefined
  /** The page for `prompt=create`. Default: the login page. */
  readonly signupUrl?: string | undefined
  /** The page for `prompt=select_account`; without it that prompt is refused. */
  readonly selectAccountUrl?: string | undefined
  /** Called with everything that happens. It must not throw and is not waited for. */
  readonly onEvent?: ((event: OAuthEvent) => void) | undefined
}
