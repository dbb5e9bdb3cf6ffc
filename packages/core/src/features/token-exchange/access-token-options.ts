import type { AssertedUser, AssertionClaims, AssertionRequest } from '../../assertions/asserted-types.ts'
import type { BaseUser } from '../../contracts/host.ts'
import type { ClientSigningAlgorithm } from '../../protocol/client-signing-algorithm.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { Actor, MayAct } from './actor.ts'
import type { TokenActor } from './actor-token.ts'

/** Which access tokens of this server clients get in exchange for others. */
export interface AccessTokenExchange<User extends BaseUser = BaseUser> {
  /**
   * Decides about each exchange, and says whether the new token names who acts. Return `undefined` to refuse. There is no
   * default: nobody acts for a user unless this function says so.
   * @example
   * ```ts
   * authorize: ({ clientId, resources }) =>
   *   clientId === 'orders-api' && resources.includes('https://stock.example.com')
   *     ? { mode: 'delegation', resources: ['https://stock.example.com'] }
   *     : undefined
   * ```
   */
  authorize(request: AccessTokenRequest<User>): Awaitable<AccessTokenDecision | undefined | null>
  /**
   * The longest lifetime of a token in exchange, in seconds. It never outlives the subject token. Default: the option
   * `lifetimes` for access tokens.
   */
  readonly lifetimeSeconds?: number | undefined
  /**
   * Other issuers whose JWTs are exchanged as well (`subject_token_type` `jwt` or `id_token`), for instance the ID tokens of an
   * identity provider. An entry is an act of trust: whoever can sign with the keys of an issuer can get tokens of every user
   * that `mapSubject` finds. Default: none.
   */
  readonly issuers?: readonly SubjectTokenIssuer[] | undefined
  /** How many actors a token may name, one within the other. A longer chain is refused. Default 4. */
  readonly maxActors?: number | undefined
  /**
   * Says who may act for the user with a token (`may_act`), for every access token of a user. In an exchange nobody else
   * may then act with the token. Default: nothing, and `authorize` alone decides.
   */
  mayAct?(facts: MayActFacts): Awaitable<MayAct | undefined | null>
}

/** An issuer whose JWTs are subject tokens. */
export interface SubjectTokenIssuer {
  /** The exact value of `iss`. */
  readonly issuer: string
  /** The public keys of the issuer. Either these or `jwksUri`. */
  readonly jwks?: PublicKeySet | undefined
  /** The URL of the public keys of the issuer. The server never follows a URL that a token names. */
  readonly jwksUri?: string | undefined
  /** The algorithms that the issuer signs with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly algorithms?: readonly ClientSigningAlgorithm[] | undefined
  /** The accepted values of `aud`, and no others beside them. Default: the issuer of this server. */
  readonly audiences?: readonly string[] | undefined
  /** The longest lifetime of a token, in seconds: how far `exp` may be from now, and from `iat`. Default 3600. */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * Finds the user of the host that a token is about, and what it gives at most. Return `undefined` to refuse.
   * @example
   * ```ts
   * mapSubject: async ({ sub }) => {
   *   const account = await accounts.findBySso('https://acme.idp.example', String(sub))
   *   return account && { userId: account.id, scope: ['stock:read'] }
   * }
   * ```
   */
  mapSubject(claims: AssertionClaims, facts: AssertionRequest): Awaitable<AssertedUser | undefined | null>
}

/** An exchange that `authorize` decides about. */
export interface AccessTokenRequest<User extends BaseUser = BaseUser> {
  readonly user: User
  /** The client that asks for the token. It has authenticated. */
  readonly clientId: string
  readonly subjectToken: SubjectTokenFacts
  /** Who the actor token is about. Absent when the request has none; the actor of a delegation is then the client. */
  readonly actor?: TokenActor
  /** The scopes that the token gets at most: those of the request, all of which the subject token has. */
  readonly scope: readonly string[]
  /** The resources that the request names by `resource` and `audience`, in your spelling. Empty: it names none. */
  readonly resources: readonly string[]
  /** Seconds since the epoch. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
}

/** What `authorize` gets to know of the subject token. */
export interface SubjectTokenFacts {
  readonly type: 'access_token' | 'refresh_token' | 'jwt'
  /** The id of the token or its `jti`. Absent for a token of another issuer without `jti`. */
  readonly id?: string
  /** The client that the token was issued to. Absent for a token of another issuer. */
  readonly clientId?: string
  /** The other issuer that the token comes from, one of `issuers`. Absent: this server. */
  readonly issuer?: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** Who acts with it already. */
  readonly act?: Actor
  /** Whether the token is bound to a key (`cnf`) that this request does not prove. */
  readonly keyNotProved: boolean
}

/** The answer of `authorize`. */
export interface AccessTokenDecision {
  /**
   * `delegation`: the new token says who acts for the user (`act`). `impersonation`: it does not, so that an API cannot
   * tell the client from the user; whoever acted with the subject token stays in it.
   */
  readonly mode: 'delegation' | 'impersonation'
  /** Some of the scopes of the request. Default: all of them. */
  readonly scope?: readonly string[] | undefined
  /**
   * The resources of the new token, some of `validAudiences`. Default: those of the request, which must then be among
   * those of the subject token, or else all of the subject token. Only this member takes a token to another API.
   */
  readonly resources?: readonly string[] | undefined
  /**
   * Lets another client than that of the subject token exchange it without proof of the key that it is bound to, for
   * instance a gateway. The new token is bound to the key that the gateway proves, and to none if it proves none.
   * Default `false`.
   */
  readonly withoutSubjectKey?: boolean | undefined
}

/** The token for which `mayAct` answers. */
export interface MayActFacts {
  readonly client: ClientRecord
  readonly userId: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
}
