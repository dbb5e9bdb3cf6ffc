import type { Awaitable, BaseUser, Provider, SignedIn } from '@oauth/core'
import type { Attempts } from './forms/attempts.ts'
import type { AllTexts } from './texts/english.ts'

/** What the pages need of the provider. */
export type PagesProvider = Pick<
  Provider,
  'issuer' | 'branding' | 'features' | 'tryResolveLoginContext' | 'listConnectedApps' | 'disconnectApp' | 'sessionEnded'
>

/** Your words for something: one text for all languages, or texts by language (BCP 47). They are text, not HTML. */
export type Words = string | Readonly<Record<string, string>>

/** What a user types to sign in. */
export interface Credentials {
  /** The address or user name, without spaces around it. */
  readonly email: string
  readonly password: string
}

/** What a user types to make an account. */
export interface NewAccount extends Credentials {
  /** Without spaces around it. */
  readonly name: string
}

/** Why an account cannot be made: sentences for the user, beside the fields that they are about. */
export interface SignUpProblems {
  readonly problems: {
    readonly name?: string | undefined
    readonly email?: string | undefined
    readonly password?: string | undefined
    /** What is not about one field. */
    readonly form?: string | undefined
  }
}

/** How pages name a user. Text, not HTML. */
export interface ShownUser {
  readonly name: string
  /** What tells two accounts with one name apart, usually the address. */
  readonly detail?: string | undefined
}

/** Your users. */
export interface PageUsers<User extends BaseUser> {
  /**
   * Finds the user with this password; `undefined` or `null` when there is none. Hash and compare as long for an address that
   * nobody has as for a wrong password, so that the time does not tell who has an account.
   */
  authenticate(credentials: Credentials, request: Request): Awaitable<User | undefined | null>
  /**
   * Makes an account. Answer `undefined` when somebody has this address already, or `{ problems }`. Without this function
   * nobody can sign up here.
   */
  signUp?(account: NewAccount, request: Request): Awaitable<User | SignUpProblems | undefined | null>
  /** How pages name a user. Default: the members `name` and `email`. */
  show?(user: User): ShownUser
}

/** How a user has signed in. */
export interface SignInFacts {
  /** The methods ({@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}). Default `['pwd']`. */
  readonly amr?: readonly string[] | undefined
}

/** Values of `Set-Cookie` headers; an empty list when your framework sets the cookie itself. */
export type SetCookies = string | readonly string[]

/** Your sessions. `cookieSessions` has all of it for an application that has none yet. */
export interface PageSessions<User extends BaseUser> {
  /** Finds out who is signed in: the function that the provider has, too. */
  getSession(request: Request): Awaitable<SignedIn<User> | undefined | null>
  /**
   * Signs a user in: a **new** session with a new cookie. End the one that this browser had, because somebody may have planted
   * its cookie; when that was another user's, the pages tell the provider (`sessionEnded`), unless you have `accounts`. The new
   * one has a new id, or that of the one before if it was the same user's and you want its grants to end with the new one.
   * Return the `Set-Cookie` values.
   */
  start(user: User, request: Request, facts: SignInFacts): Awaitable<SetCookies>
  /** Ends the session of this browser. Return the `Set-Cookie` values that remove its cookie. */
  end(request: Request): Awaitable<SetCookies>
  /** The accounts that are signed in in this browser, for a host that keeps several. Default: the one of `getSession`. */
  accounts?(request: Request): Awaitable<readonly User[]>
  /** Makes one of `accounts` the current one. Return the `Set-Cookie` values. */
  choose?(userId: string, request: Request): Awaitable<SetCookies>
}

/** Rich authorization details, as a page shows them. Text, not HTML. */
export interface DetailsView {
  readonly title: string
  /** Everything that the user approves: what it is called, and its value. */
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** What the button says that approves, for instance "Pay 25.00 EUR", when the request has no other details. */
  readonly approve?: string | undefined
  /** What the button says that refuses, likewise. */
  readonly refuse?: string | undefined
}

/** A client, for the decision whether its logo is shown. */
export interface LogoClient {
  readonly clientId: string
  readonly selfRegistered: boolean
}

export interface PagesOptions<User extends BaseUser> {
  readonly provider: PagesProvider
  readonly users: PageUsers<User>
  readonly sessions: PageSessions<User>
  /** Below which path the pages are, the same as for `pageUrls`. Default: at the root of the host. */
  readonly basePath?: string | undefined
  /** What your scopes allow, to complete "It asks to", for instance `{ 'notes:read': 'Read your notes' }`. */
  readonly scopes?: Readonly<Record<string, Words>> | undefined
  /** What your own claims are, likewise. The standard claims have texts. */
  readonly claims?: Readonly<Record<string, Words>> | undefined
  /** The names of your resources, by their URLs. */
  readonly resources?: Readonly<Record<string, Words>> | undefined
  /**
   * Shows rich authorization details. The page shows what it returns and nothing else of them, so name everything that decides
   * what the user approves, and throw for a type that you do not know. Default: the description, and all members.
   * @param language the language of the page (BCP 47)
   */
  readonly describeDetails?:
    | ((details: { readonly type: string } & Readonly<Record<string, unknown>>, language: string) => DetailsView)
    | undefined
  /**
   * Whose logos consent pages show. A logo is on the client's server, which so learns the address of whoever opens the page,
   * and a stranger can choose the logo of a bank: `verified` shows those of clients that you registered yourself, `all` and
   * `none` speak for themselves. Pages without a logo show the first letter of the name. Default `verified`.
   */
  readonly clientLogos?: 'verified' | 'all' | 'none' | ((client: LogoClient) => boolean) | undefined
  /**
   * Limits how often passwords are tried and accounts are made. Default: `memoryAttempts()`, ten in ten minutes for one e-mail
   * address. Give `memoryAttempts` a `clientAddress` to limit network addresses as well.
   */
  readonly attempts?: Attempts | undefined
  /** Pages of yours to which `?next=` of the login page may lead: paths, and everything below them. */
  readonly nextPaths?: readonly string[] | undefined
  /** Where a user goes after signing in without an application. Default: `branding.links.home`, or the connected apps. */
  readonly homeUrl?: string | undefined
  /** The page for a forgotten password: a path, or a URL with https. Default: no link. */
  readonly forgotPasswordUrl?: string | undefined
  /** A sentence below the login form, for instance where to get an account. */
  readonly loginNote?: Words | undefined
  /** Texts by language and name, over the built-in ones (`en`, `de`) and those of `branding.languages`. */
  readonly languages?: Readonly<Record<string, Partial<AllTexts>>> | undefined
  /**
   * Gets what a function of yours or the storage threw, as it is. The user sees "Something went wrong". Default:
   * `console.error`, without credentials and values of SQL statements, and the same failure once a minute.
   */
  readonly onError?: ((error: unknown) => void) | undefined
}
