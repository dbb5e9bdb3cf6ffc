import type { OutboundPolicy } from '../http/outbound.ts'
import type { ClaimHooks } from './hooks.ts'
import type { Authentication, BaseUser, StandardClaims } from './host.ts'
import type { RateLimitPolicy } from './rate-limit.ts'
import type { Resolvers } from './resolvers.ts'

/** All in seconds. */
export interface Lifetimes {
  readonly authorizationCode: number
  readonly accessToken: number
  readonly machineAccessToken: number
  readonly refreshToken: number
  readonly refreshTokenAbsolute: number
  readonly refreshTokenReuseWindow: number
  readonly idToken: number
  readonly interaction: number
  readonly clientCache: number
  readonly keyCache: number
}

export interface Pages {
  readonly login: string | undefined
  readonly consent: string | undefined
  readonly signup: string | undefined
  readonly selectAccount: string | undefined
  readonly postLogin: string | undefined
  readonly logout: string | undefined
}

/** Who may register clients, and with what. */
export interface RegistrationPolicy {
  readonly enabled: boolean
  /** Callers who are not signed in and bring no initial access token. */
  readonly anonymous: boolean
  readonly prelogin: boolean
  /** Whoever registers `post_logout_redirect_uris` may end sessions. */
  readonly enablesEndSession: boolean
  /** Anonymous callers get secrets as well. */
  readonly anonymousSecrets: boolean
  /** Confidential clients that registered themselves may leave PKCE out. */
  readonly withoutPkce: boolean
  readonly defaultScopes: readonly string[] | undefined
  readonly allowedScopes: readonly string[] | undefined
  readonly addedScopes: readonly string[]
  /** Private-use schemes without a period that a client may have which is not the server side's. */
  readonly redirectSchemes: ReadonlySet<string>
  /** What clients that users, or software with an initial access token, register may have without a user. */
  readonly machineAccess: { readonly scopes: readonly string[]; readonly resources: readonly string[] } | undefined
  readonly secretExpiresAt: number | { readonly afterSeconds: number }
  readonly unusedClientTtl: number | undefined
}

/** What discovery says of the host's part. */
export interface AdvertisedValues {
  readonly scopes: readonly string[]
  readonly claims: readonly string[] | undefined
  readonly acrValues: readonly string[] | undefined
  readonly uiLocales: readonly string[] | undefined
  readonly claimsLocales: readonly string[] | undefined
  readonly displayValues: readonly string[]
}

/** How a kind of credential looks. */
export interface CredentialFormat {
  readonly prefix: string
  readonly generate?: (() => string) | undefined
}

/** How credentials look. */
export interface CredentialFormats {
  readonly accessToken: CredentialFormat
  readonly refreshToken: CredentialFormat
  /**
   * What the client sees of a refresh token, made from the token and the name that this client knows its session by;
   * absent where the client sees the token itself.
   */
  readonly encodeRefreshToken: ((token: string, sid: string | undefined) => string) | undefined
  /** The token in what a client presents; `undefined` when there is none. */
  readonly decodeRefreshToken: (text: string) => string | undefined
  readonly clientSecretPrefix: string
  readonly generateClientId: (() => string) | undefined
  readonly generateClientSecret: (() => string) | undefined
}

/** The options after parsing: complete, checked and frozen. */
export interface Config<User extends BaseUser = BaseUser> {
  /** The issuer identifier: every URL that we publish begins with it. */
  readonly issuer: string
  /** Scheme, host and port of the issuer. */
  readonly origin: string
  /** The issuer's path: `/auth`, or empty. */
  readonly issuerPath: string
  readonly secure: boolean
  /** The first seals; all of them unseal. */
  readonly secrets: readonly [string, ...string[]]
  /** The first signs what pages carry in their URL; all of them verify. */
  readonly pageSecrets: readonly string[]
  readonly authentication: Authentication<User>
  readonly userClaims: (user: User) => StandardClaims
  readonly hooks: ClaimHooks<User>
  readonly pages: Pages
  /** The origins of our own pages: the issuer's, and those of the pages. */
  readonly pageOrigins: readonly string[]
  readonly scopes: readonly string[]
  readonly defaultScopes: readonly string[]
  readonly grantTypes: readonly string[]
  readonly validAudiences: readonly string[]
  readonly lifetimes: Lifetimes
  readonly idTokenAlgorithm: string
  /** What ID tokens may be signed with, the default first. */
  readonly idTokenAlgorithms: readonly string[]
  readonly accessTokenAlgorithm: string
  /** Every algorithm that we have keys for. */
  readonly signingAlgorithms: readonly string[]
  readonly userinfoUrl: string
  /** Makes pairwise subjects; absent when there are none. */
  readonly pairwiseSecret: string | undefined
  readonly resolvers: Resolvers<User>
  readonly trustedClients: ReadonlySet<string>
  readonly registration: RegistrationPolicy
  readonly formats: CredentialFormats
  /** No keys: opaque access tokens, ID tokens in HS256 under the client's secret. */
  readonly jwtDisabled: boolean
  readonly bindResources: boolean
  readonly refreshTokensWithoutOfflineAccess: boolean
  readonly grantsEndingWithSession: 'online' | 'all' | 'none'
  readonly rememberConsentOfNativeClients: boolean
  readonly redirectErrorsAfterConsentOnly: boolean
  /** `acr_values` is a demand. */
  readonly requireAcrValues: boolean
  /** A token for a resource that carries `openid` is for userinfo as well. */
  readonly userinfoAudience: boolean
  /** Seconds by scope. */
  readonly scopeExpirations: ReadonlyMap<string, number>
  readonly machineDefaultScopes: readonly string[] | undefined
  readonly advertised: AdvertisedValues
  readonly rateLimit: RateLimitPolicy | undefined
  readonly outbound: OutboundPolicy
}
