import type { OutboundPolicy } from '../http/outbound.ts'
import type { AccessTokenTyp } from '../protocol/access-token-typ.ts'
import type { Branding } from './branding.ts'
import type { ClientCacheSignal } from './client-cache-signal.ts'
import type { Context } from './context.ts'
import type { ClaimHooks } from './hooks.ts'
import type { Authentication, BaseUser, StandardClaims } from './host.ts'
import type { SigningKeySource } from './key-set.ts'
import type { Page, RenderedPage } from './page.ts'
import type { RateLimitPolicy } from './rate-limit.ts'
import type { Resolvers } from './resolvers.ts'

/** The resource of requests that name none. */
export interface DefaultResource {
  readonly resource: string
  /** Whether it is also for requests that only sign the user in. */
  readonly whenSigningIn: boolean
}

/** How a JWT access token is signed. */
export interface AccessTokenFormat {
  readonly algorithm: string
  readonly typ: AccessTokenTyp
}

/** The lifetimes of what the server issues, in seconds. */
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

/** The URLs of the host's pages; `undefined` for a page that the host does not have. */
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
  /** Whether callers may register a client without a signed-in user and without an initial access token. */
  readonly anonymous: boolean
  /**
   * Whether login pages may read public data of a client before the user has signed in (`allowPublicClientPrelogin`).
   */
  readonly prelogin: boolean
  /** Whether a client that registers `post_logout_redirect_uris` may end sessions. */
  readonly enablesEndSession: boolean
  /** Whether clients that anonymous callers register may have a secret. */
  readonly anonymousSecrets: boolean
  /** Whether confidential clients that registered themselves may leave out PKCE. */
  readonly withoutPkce: boolean
  /** Whether a registration gets what it may have of its request, instead of a refusal. */
  readonly substitutes: boolean
  readonly defaultScopes: readonly string[] | undefined
  readonly allowedScopes: readonly string[] | undefined
  readonly addedScopes: readonly string[]
  /** Private-use URI schemes without a period that self-registered clients may use. The server side may use any. */
  readonly redirectSchemes: ReadonlySet<string>
  /** What clients registered by users, or with an initial access token, may get by `client_credentials`. */
  readonly machineAccess: { readonly scopes: readonly string[]; readonly resources: readonly string[] } | undefined
  readonly secretExpiresAt: number | { readonly afterSeconds: number }
  readonly unusedClientTtl: number | undefined
}

/** Members of the discovery documents that the host chooses. */
export interface AdvertisedValues {
  readonly scopes: readonly string[]
  readonly claims: readonly string[] | undefined
  readonly acrValues: readonly string[] | undefined
  readonly uiLocales: readonly string[] | undefined
  readonly claimsLocales: readonly string[] | undefined
  readonly displayValues: readonly string[]
}

/** The format of one kind of credential. */
export interface CredentialFormat {
  readonly prefix: string
  readonly generate?: (() => string) | undefined
}

/** The formats of tokens, client ids and client secrets. */
export interface CredentialFormats {
  readonly accessToken: CredentialFormat
  readonly refreshToken: CredentialFormat
  /**
   * Makes the text that the client gets from a refresh token and the client's name for the session (`sid`). Absent when
   * the client gets the token itself.
   */
  readonly encodeRefreshToken: ((token: string, sid: string | undefined) => string) | undefined
  /** Finds the refresh token in the text that a client presents; `undefined` when there is none. */
  readonly decodeRefreshToken: (text: string) => string | undefined
  readonly clientSecretPrefix: string
  readonly generateClientId: (() => string) | undefined
  readonly generateClientSecret: (() => string) | undefined
}

/** Where ids of requests come from and go to, with the names of headers in lower case. */
export interface RequestIdPolicy {
  readonly fromHeader: string | undefined
  readonly toHeader: string | undefined
}

/** The options after parsing: complete, checked and frozen. */
export interface Config<User extends BaseUser = BaseUser> {
  /** The issuer identifier. Every URL that the server publishes begins with it. */
  readonly issuer: string
  /** Scheme, host and port of the issuer. */
  readonly origin: string
  /** The issuer's path: `/auth`, or empty. */
  readonly issuerPath: string
  /** Whether the issuer is https. */
  readonly secure: boolean
  /** The secrets of the provider. The first one seals (encrypts); all of them unseal. */
  readonly secrets: readonly [string, ...string[]]
  /** The keys for the signed queries of page URLs. The first one signs; all of them verify. */
  readonly pageSecrets: readonly string[]
  readonly authentication: Authentication<User>
  readonly userClaims: (ctx: Pick<Context, 'emit'>, user: User) => StandardClaims
  readonly hooks: ClaimHooks<User>
  readonly pages: Pages
  /** How the server's own pages look. */
  readonly branding: Branding
  /** Makes the server's own pages instead of the server; answers `undefined` for the built-in page. */
  readonly renderPage: ((page: Page) => Promise<RenderedPage | undefined>) | undefined
  /** Origins whose scripts may read the token and revocation responses of every client. */
  readonly corsOrigins: ReadonlySet<string>
  /** The origins whose pages may post to this server: the issuer's, and those of the host's pages. */
  readonly pageOrigins: readonly string[]
  readonly scopes: readonly string[]
  readonly defaultScopes: readonly string[]
  /** What becomes of scopes in an OpenID request that its client is not registered for. */
  readonly unregisteredScopes: 'refuse' | 'ignore'
  readonly grantTypes: readonly string[]
  readonly validAudiences: readonly string[]
  readonly lifetimes: Lifetimes
  readonly idTokenAlgorithm: string
  /** The algorithms that ID tokens may be signed with, the default first. */
  readonly idTokenAlgorithms: readonly string[]
  /** How JWT access tokens are signed, unless their resource says otherwise. */
  readonly accessTokenFormat: AccessTokenFormat
  /** The resources whose access tokens are signed otherwise (`resourceOptions`), as `validAudiences` spells them. */
  readonly resourceFormats: ReadonlyMap<string, AccessTokenFormat>
  /** All algorithms that the server has signing keys for. */
  readonly signingAlgorithms: readonly string[]
  /** Where signing keys are, if not in the storage. */
  readonly signingKeys: SigningKeySource | undefined
  readonly userinfoUrl: string
  /** The secret from which pairwise subjects are derived; absent when there are none. */
  readonly pairwiseSecret: string | undefined
  readonly resolvers: Resolvers<User>
  readonly trustedClients: ReadonlySet<string>
  readonly registration: RegistrationPolicy
  readonly formats: CredentialFormats
  /**
   * Whether the server has no signing keys (`disableJwtPlugin`). Access tokens are then opaque, and ID tokens are
   * signed with HS256 and the client's secret.
   */
  readonly jwtDisabled: boolean
  /** Whether a client's secret is accepted by its registered transport alone. */
  readonly strictClientAuthMethod: boolean
  readonly bindResources: boolean | 'strict'
  /** The resource of requests that name none; absent when there is none. */
  readonly defaultResource: DefaultResource | undefined
  /** Whether the parameter `audience` counts as `resource` where it names a resource of the server. */
  readonly audienceParameter: 'resource' | 'ignore'
  readonly refreshTokensWithoutOfflineAccess: boolean
  /** Whether token responses and introspection tell when a refresh token ends. */
  readonly exposeRefreshTokenExpiration: boolean
  readonly grantsEndingWithSession: 'online' | 'all' | 'none'
  readonly rememberConsentOfNativeClients: boolean
  readonly redirectErrorsAfterConsentOnly: boolean
  /**
   * Whether a request with `acr_values` fails unless the session has one of them. `undefined`: unless it has the scope
   * `openid`.
   */
  readonly requireAcrValues: boolean | undefined
  /** Which requests also get the scopes that the user granted before. */
  readonly includeGrantedScopes: 'never' | 'onRequest' | 'always'
  /**
   * Whether an access token for a resource is also accepted at the userinfo endpoint when it has the scope `openid`.
   */
  readonly userinfoAudience: boolean
  /** Whether ID tokens have the claims of the granted scopes. The client's `id_token_scope_claims` goes first. */
  readonly idTokenScopeClaims: boolean
  /** The longest lifetime of access tokens by scope, in seconds. */
  readonly scopeExpirations: ReadonlyMap<string, number>
  readonly machineDefaultScopes: readonly string[] | undefined
  readonly advertised: AdvertisedValues
  readonly rateLimit: RateLimitPolicy | undefined
  readonly requestIds: RequestIdPolicy
  /** The paths of the health pages, if the server has them. */
  readonly healthPages: { readonly live: string; readonly ready: string } | undefined
  readonly clientCacheSignal: ClientCacheSignal | undefined
  readonly outbound: OutboundPolicy
}
