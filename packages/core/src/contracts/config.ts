import type { ClaimHooks } from './hooks.ts'
import type { Authentication, BaseUser, StandardClaims } from './host.ts'

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
  /** Signs what pages carry in their URL. */
  readonly pageSecret: string
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
  readonly accessTokenAlgorithm: string
  /** Every algorithm that we have keys for. */
  readonly signingAlgorithms: readonly string[]
  readonly userinfoUrl: string
  /** Makes pairwise subjects; absent when there are none. */
  readonly pairwiseSecret: string | undefined
}
