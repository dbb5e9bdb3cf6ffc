import type { RegisteredClient } from './clients/information.ts'
import type { ClientInput } from './clients/metadata-schema.ts'
import type { ClientApi } from './clients/server-api.ts'
import type { ClientChanges } from './clients/update.ts'
import type { ConsentApi } from './consents/server-api.ts'
import type { VerifiedAccessToken } from './contracts/access-token.ts'
import type { Branding } from './contracts/branding.ts'
import type { Clock } from './contracts/clock.ts'
import type { ConformanceReporter } from './contracts/conformance.ts'
import type { EncryptionKeyRotation } from './contracts/encryption-keys.ts'
import type { KeyRotation, SigningKeyImport, SigningKeyInformation } from './contracts/key-set.ts'
import type { Readiness } from './contracts/readiness.ts'
import type { Handler, Handlers } from './handlers.ts'
import type { LoginContext } from './interaction/login-context.ts'
import type { SessionApi } from './logout/server-api.ts'
import type { ClientRecord } from './storage/client.ts'

/**
 * An authorization server, made by `createProvider`. Mount `fetch` in your HTTP server, and call the other functions on
 * the server side. From the options, the compiler knows which handlers exist (`Own`). The plain type `Provider` says of
 * handlers that depend on options that they may be absent.
 */
export interface Provider<Own extends Handlers = Handlers, Apis extends object = Readonly<Record<string, object>>>
  extends ClientApi,
    ConsentApi,
    SessionApi {
  /** The issuer identifier: `baseUrl` followed by `basePath`, without a slash at the end. */
  readonly issuer: string
  /**
   * Serves every endpoint. An unknown path below the issuer is 404. You may pass the function around without the
   * provider.
   * @throws {TypeError} when it gets something else than a `Request`, for instance a URL
   */
  readonly fetch: Handler
  /** Whether a request is for this server. Adapters pass other requests on. */
  readonly matches: (request: { readonly url: string }) => boolean
  /** A handler for each endpoint, for hosts that mount endpoints one by one. */
  readonly handlers: Own
  /**
   * The APIs of the installed features, by the features' names. The API of a feature that has none is an empty object.
   */
  readonly features: Apis
  /**
   * The option `branding` with its defaults and absolute URLs, so that pages of your own look like those of the server:
   * see `@oauth/core/pages`.
   */
  readonly branding: Branding
  /** The clock of the server, in seconds since the epoch: that of the option `clock`. An API in the same process uses it, too. */
  readonly clock: Clock
  /** The OpenID discovery document. Without the grant type `authorization_code`, it is the one of RFC 8414. */
  readonly metadata: Readonly<Record<string, unknown>>

  /**
   * Registers a client. It may set members that clients cannot set themselves, for instance `skip_consent`.
   * @returns the client as a registration response. `client_secret` is in this response only: the server cannot show it
   * again.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
   * @example
   * ```ts
   * const { client_id, client_secret } = await provider.registerClient({
   *   client_name: 'Notes',
   *   redirect_uris: ['https://notes.example.com/callback'],
   *   scope: 'openid profile offline_access',
   * })
   * ```
   */
  registerClient(metadata: ClientInput): Promise<RegisteredClient>
  /**
   * Makes a bearer token with which software registers clients at `/oauth2/register` without a signed-in user ({@link
   * https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}). The token is not stored: it is valid for any
   * number of registrations until it expires. To end it sooner, change the provider's `secret`.
   * @param options.expiresIn seconds
   * @throws {TypeError} when `expiresIn` is not a whole number above 0, or registration is off
   */
  createInitialAccessToken(options: { readonly expiresIn: number }): Promise<string>
  /** Reads a client, also a disabled one. Returns `undefined` when there is none. */
  getClient(clientId: string): Promise<ClientRecord | undefined>
  /**
   * Changes some of a client's metadata. A member that is `undefined` stays as it is; `null` removes it. A client that
   * users or anonymous callers registered may get more here than they can give it: with `grant_types` or `scope` you
   * also decide what it gets without a user.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`; `not_found` when there is no such client
   * @example
   * ```ts
   * await provider.updateClient(clientId, { client_name: 'Notes 2', logo_uri: null })
   * ```
   */
  updateClient(clientId: string, changes: ClientChanges): Promise<ClientRecord>
  /**
   * Verifies an access token of this server, opaque or JWT. It sees no request: a token with `extra.cnf` is bound to a key,
   * and an API that takes it must check the proof, or refuse the token.
   * @param options.audience the resource that the token must be for; capital letters in scheme and host, and one slash at
   * the end, make no difference. Without it, a token for any resource is accepted, so set it in a resource server.
   * @returns what the token says, or `undefined` when it is invalid, expired, revoked or for another audience
   */
  verifyAccessToken(token: string, options?: { readonly audience?: string }): Promise<VerifiedAccessToken | undefined>
  /** Ends a grant and every code and token that came from it. Returns `false` when the grant had ended before. */
  revokeGrant(grantId: string): Promise<boolean>
  /**
   * Verifies the signed query of a page's URL, for pages that only show what is in it. To act on an interaction, use
   * `resolveLoginContext`, which reads the stored one.
   * @param url the page's URL or its query
   * @returns `undefined` when the query was changed or has expired
   */
  verifyPageQuery(url: string | URL): Promise<URLSearchParams | undefined>
  /**
   * Returns what a login or consent page needs to know about the authorization, by the `state` in the page's URL.
   * @throws {OAuthError} `invalid_request` when the request belongs to no live interaction of this browser
   */
  resolveLoginContext(request: Request): Promise<LoginContext>
  /**
   * Returns what a login or consent page needs to know, or `undefined` when the request belongs to no live interaction
   * of this browser: for pages that users may also open by themselves.
   * @throws {OAuthError} `temporarily_unavailable` when the client cannot be looked up for a moment
   */
  tryResolveLoginContext(request: Request): Promise<LoginContext | undefined>
  /**
   * Checks whether the server is ready for requests, for a readiness probe: the storage answers, its tables exist and
   * fit this version, there is a key to sign with for each algorithm, and the keys with which clients encrypt for the server
   * can be opened. `problem` says what to do; with `ok: true` it
   * is a warning. It never throws and takes ten seconds at most. It creates no signing keys but the very first ones.
   * @example
   * ```ts
   * app.get('/readyz', async (c) => {
   *   const readiness = await provider.ready()
   *   return c.json(readiness, readiness.ok ? 200 : 503)
   * })
   * ```
   */
  ready(): Promise<Readiness>
  /**
   * Makes the server say that it is not ready, for good: `ready()` and the readiness page of the option `healthPages`. It goes on
   * serving requests. Call it first when the process is asked to stop, wait until your load balancer has noticed, and then stop
   * listening.
   */
  drain(): void
  /**
   * Rates the configuration and each stored client by a standard (`oauth2.1`, `fapi2`, `mcp`), rule by rule: the section of
   * the standard, whether the rule is met, and what to change. The findings come one after the other, so that a report of a
   * hundred thousand clients needs little memory; those of the server come first. They contain no secrets.
   * @throws {TypeError} without the feature `conformanceReport()` from `@oauth/core/features/conformance-report`, or for an
   * unknown standard
   * @example
   * ```ts
   * for await (const finding of provider.conformanceReport('fapi2')) {
   *   if (finding.status === 'not met') console.log(finding.clientId ?? 'server', finding.requirement, finding.change)
   * }
   * ```
   */
  readonly conformanceReport: ConformanceReporter
  /**
   * Lists the signing keys: which one signs, which one is next, and how long the earlier ones are needed. It makes no keys,
   * so the list of a server that has signed nothing yet is empty.
   * @throws {OAuthError} `temporarily_unavailable` when keys outside the process cannot be listed
   * @example
   * ```ts
   * const newest = (await provider.listSigningKeys()).findLast(({ algorithm }) => algorithm === 'ES256')
   * ```
   */
  listSigningKeys(): Promise<readonly SigningKeyInformation[]>
  /**
   * Takes over the signing keys of another server with their `kid`, oldest first, so that clients and APIs verify the tokens
   * of both servers by one JWKS. The newest key of each algorithm signs on until `rotateSigningKeys`. Call it before the
   * first signature, while this server has no keys of these algorithms. A repetition changes nothing.
   * @throws {TypeError} for a key that cannot be used, when there are other keys, and with `externalSigningKeys`. The text
   * has nothing of the keys
   * @example
   * ```ts
   * await provider.importSigningKeys(JSON.parse(await readFile('./old-jwks.json', 'utf8')).keys)
   * ```
   */
  importSigningKeys(keys: readonly SigningKeyImport[]): Promise<readonly SigningKeyInformation[]>
  /**
   * Adds a signing key for each algorithm. The key is published at once and signs after `activateAfter` seconds
   * (default: long enough for every process and every cached JWKS to know it).
   *
   * When a key has leaked, set `dropPrevious`: it deletes the earlier keys and signs with the new ones at once. This
   * process then refuses what the old keys signed at once, other processes within twice `keyCacheSeconds`, and resource
   * servers as soon as they read the JWKS again.
   */
  rotateSigningKeys(options?: KeyRotation): Promise<void>
  /**
   * Adds a key with which clients encrypt for this server (request objects), for each kind that the features need. It takes
   * the place of the one before in the JWKS at once; the latter still decrypts for a day. When a key has leaked, set
   * `dropPrevious`.
   * @throws {TypeError} when no feature of this provider decrypts anything
   */
  rotateEncryptionKeys(options?: EncryptionKeyRotation): Promise<void>
  /**
   * Deletes expired rows, clients that were never used (`unusedClientTtlSeconds`), and keys that are no longer needed. Call it from a timer. One call deletes at most `limit` rows (default 1000) and is safe beside traffic and
   * in several processes at once.
   *
   * To delete all, call it again while it returns `limit` or more. Pause in between: a storage within this process
   * (`sqliteStorage`, `memoryStorage`) blocks other requests during a call.
   * @returns how many rows were deleted
   * @throws {TypeError} when `limit` is not a whole number
   * @example
   * ```ts
   * setInterval(() => provider.purgeExpired().catch(report), 60_000)
   * ```
   */
  purgeExpired(options?: { readonly limit?: number }): Promise<number>
}
