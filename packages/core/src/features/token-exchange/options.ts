import type { BaseUser } from '../../contracts/host.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { AccessTokenExchange } from './access-token-options.ts'

/** The options of `tokenExchange`: at least one of them. */
export interface TokenExchangeOptions<User extends BaseUser = BaseUser> {
  /**
   * Which access tokens of this server clients get in exchange for others, and who then acts for the user. Default: none.
   */
  readonly accessTokens?: AccessTokenExchange<User> | undefined
  /**
   * Which ID-JAGs this server issues, for which clients and for which other authorization servers. Default: none.
   */
  readonly idJag?: IdJagOptions<User> | undefined
}

export interface IdJagOptions<User extends BaseUser = BaseUser> {
  /** The authorization servers that clients may get an ID-JAG for. All others are refused. */
  readonly audiences: readonly IdJagAudience<User>[]
  /** The lifetime of an ID-JAG, in seconds. Default 300. */
  readonly lifetimeSeconds?: number | undefined
}

/** What clients of this server may do at one other authorization server, in the name of the users of this server. */
export interface IdJagAudience<User extends BaseUser = BaseUser> {
  /** The issuer of the other authorization server, as its discovery document says it. */
  readonly audience: string
  /**
   * The clients that may get an ID-JAG: the client id at this server, and the client id that the same client has at the
   * other server. A function answers for each client; `undefined` refuses.
   * @example
   * ```ts
   * clients: { 'notes-at-idp': 'notes-at-chat' }
   * ```
   */
  readonly clients: Readonly<Record<string, string>> | ((clientId: string) => string | undefined)
  /**
   * The scopes of the other server that an ID-JAG may have. `any`: whatever the client asks for, and without a limit
   * when it asks for none.
   */
  readonly scopes: readonly string[] | 'any'
  /** The resources of the other server that an ID-JAG may be for. `any`: like `scopes`. */
  readonly resources: readonly string[] | 'any'
  /**
   * The client id with which the other server itself signs users in at this server. The ID-JAG then has the `sub` that
   * it knows from there. Needed when this client, or the one that asks, has pairwise subjects.
   */
  readonly relyingParty?: string | undefined
  /** How old the user's authentication may be, in seconds. An older one is `insufficient_user_authentication`. */
  readonly maxAgeSeconds?: number | undefined
  /** The user must have authenticated with one of these classes (`acr`). */
  readonly acrValues?: readonly string[] | undefined
  /** Whether the ID-JAG has the user's `email` and `email_verified`, from the option `userClaims`. Default `false`. */
  readonly email?: boolean | undefined
  /**
   * Decides about one request, for instance by the groups of the user. It can narrow scopes and resources, and add
   * claims such as `tenant`, `aud_tenant` and `aud_sub`. Return `undefined` to refuse. Default: what the other members
   * allow.
   */
  authorize?(request: IdJagRequest<User>): Awaitable<IdJagDecision | undefined | null>
}

/** A request for an ID-JAG that is within the limits of its audience. */
export interface IdJagRequest<User extends BaseUser = BaseUser> {
  readonly user: User
  /** The client at this server. */
  readonly clientId: string
  readonly audience: string
  /** Empty: the client asked for none, and `any` is allowed. */
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** Seconds since the epoch. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
}

export interface IdJagDecision {
  /** Some of the scopes of the request. Default: all of them. */
  readonly scope?: readonly string[] | undefined
  /** Some of the resources of the request. Default: all of them. */
  readonly resources?: readonly string[] | undefined
  /** Further claims of the ID-JAG. Those that the server sets cannot be among them. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}
