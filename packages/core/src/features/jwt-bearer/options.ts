import type {
  AssertedAccess,
  AssertedClient,
  AssertedUser,
  AssertionClaims,
  AssertionRequest,
} from '../../assertions/asserted-types.ts'
import type { ClientSigningAlgorithm } from '../../protocol/client-signing-algorithm.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'
import type { Awaitable } from '../../storage/awaitable.ts'

export type { AssertedAccess, AssertedClient, AssertedUser, AssertionClaims, AssertionRequest }

/** The options of `jwtBearer`. */
export interface JwtBearerOptions {
  /**
   * The issuers whose assertions are accepted. An entry is an act of trust: nobody asks the user for consent, so whoever
   * can sign with the keys of an issuer can act for every user that `mapClaims` finds.
   */
  readonly issuers: readonly TrustedIssuer[]
}

/** An issuer of assertions, about users or about workloads. */
export type TrustedIssuer = UserIssuer | WorkloadIssuer

/** What entries for users and for workloads have in common. */
export interface AssertionIssuer {
  /** The exact value of `iss` in the assertions. */
  readonly issuer: string
  /** The public keys of the issuer. Either these or `jwksUri`. */
  readonly jwks?: PublicKeySet | undefined
  /**
   * The URL of the public keys of the issuer. The server fetches it when it needs a key, keeps the keys for five
   * minutes, and never follows a URL that an assertion names.
   */
  readonly jwksUri?: string | undefined
  /** The algorithms that the issuer signs with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly algorithms?: readonly ClientSigningAlgorithm[] | undefined
  /** The longest lifetime of an assertion, in seconds: how far `exp` may be from now, and from `iat`. Default 300. */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * Whether an assertion works once, by its `jti`. Default `true`; for the profile `id-jag` `false`, since a client may
   * present an ID-JAG again until it expires, in place of a refresh token.
   */
  readonly singleUse?: boolean | undefined
  /**
   * Whether public clients may present these assertions. The assertion alone then proves who calls. Default `false`.
   */
  readonly publicClients?: boolean | undefined
}

/** An issuer whose assertions are about users of the host. */
export interface UserIssuer extends AssertionIssuer {
  readonly subject?: 'user' | undefined
  /**
   * Which assertions of this issuer are accepted. `jwt`: JWTs of {@link https://www.rfc-editor.org/rfc/rfc7523#section-3
   * RFC 7523}. `id-jag`: only those that an identity provider issued for one client of this server ({@link
   * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG}). An issuer of both needs
   * two entries. Default `jwt`.
   */
  readonly profile?: 'jwt' | 'id-jag' | undefined
  /** The accepted values of `aud`. Default: the issuer of this server. Not for the profile `id-jag`. */
  readonly audiences?: readonly string[] | undefined
  /**
   * Whether clients that registered themselves may present assertions of the profile `jwt`, which do not name a client.
   * Default `false`. An ID-JAG names its client, so every client may present its own.
   */
  readonly selfRegisteredClients?: boolean | undefined
  /**
   * Finds the user of the host that an assertion is about. `sub` is unique only within `iss`, and within `tenant` where
   * the issuer has tenants; an email address identifies nobody unless the issuer has verified it and owns the domain.
   * Return `undefined` to refuse.
   * @example
   * ```ts
   * mapClaims: async ({ sub }) => {
   *   const account = await accounts.findBySso('https://acme.idp.example', String(sub))
   *   return account && { userId: account.id, scope: ['chat.read'] }
   * }
   * ```
   */
  mapClaims(claims: AssertionClaims, facts: AssertionRequest): Awaitable<AssertedUser | undefined | null>
}

/** An issuer whose assertions are about workloads: programs that act on their own behalf, without a user. */
export interface WorkloadIssuer extends AssertionIssuer {
  readonly subject: 'client'
  readonly profile?: 'jwt' | undefined
  /** The accepted values of `aud`. Default: the issuer of this server. */
  readonly audiences?: readonly string[] | undefined
  /**
   * Finds the client that a workload is. Default: `sub` is the client id. The request must come from that client.
   * Return `undefined` to refuse.
   */
  mapClaims?(claims: AssertionClaims, facts: AssertionRequest): Awaitable<AssertedClient | undefined | null>
}
