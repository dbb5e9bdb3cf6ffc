import type { RegisteredClient } from './clients/information.ts'
import type { ClientInput } from './clients/metadata-schema.ts'
import type { ClientApi } from './clients/server-api.ts'
import type { ClientChanges } from './clients/update.ts'
import type { ConsentApi } from './consents/server-api.ts'
import type { VerifiedAccessToken } from './contracts/access-token.ts'
import type { KeyRotation } from './contracts/key-set.ts'
import type { Readiness } from './contracts/readiness.ts'
import type { Handler, Handlers } from './handlers.ts'
import type { LoginContext } from './interaction/login-context.ts'
import type { SessionApi } from './logout/server-api.ts'
import type { ClientRecord } from './storage/client.ts'

/**
 * An authorization server: mount `fetch`, call the rest on the server side. `createProvider` knows from the options which
 * handlers there are (`Own`); the name `Provider` alone says of those that options bring that they may be absent.
 */
export interface Provider<Own extends Handlers = Handlers, Apis extends object = Readonly<Record<string, object>>>
  extends ClientApi,
    ConsentApi,
    SessionApi {
  readonly issuer: string
  /** Serves every endpoint; an unknown path below the issuer is 404. Bound: pass it around as it is. */
  readonly fetch: Handler
  /** Whether a request is for this server, so that an adapter may pass it on when not. */
  readonly matches: (request: { readonly url: string }) => boolean
  readonly handlers: Own
  /** The APIs of the installed features, by the names of the features; an empty object for one that has none. */
  readonly features: Apis
  /** What the OpenID discovery document says; without the grant type `authorization_code`, the one of RFC 8414. */
  readonly metadata: Readonly<Record<string, unknown>>

  /**
   * Registers a client.
   * @returns the client as a registration response, with its secret when it has one: it is shown this once
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
   */
  registerClient(metadata: ClientInput): Promise<RegisteredClient>
  /**
   * A bearer token with which software registers clients at `/oauth2/register` without anybody signed in
   * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}). It is not stored: it is good for any
   * number of registrations until it expires, and only a new `secret` of the provider ends it sooner.
   * @param options.expiresIn seconds
   * @throws {TypeError} when that is no whole number above 0, or registration is off
   */
  createInitialAccessToken(options: { readonly expiresIn: number }): Promise<string>
  /** A client as it is stored, disabled ones too, or `undefined`. */
  getClient(clientId: string): Promise<ClientRecord | undefined>
  /**
   * Changes some of a client's metadata; a member that is `undefined` stays as it is, one that is `null` is removed. A
   * client that users or strangers registered may be given here what they cannot give it: with `grant_types` or `scope`
   * you also decide what it gets without a user.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`; `not_found` when there is no such client
   */
  updateClient(clientId: string, changes: ClientChanges): Promise<ClientRecord>
  /**
   * What an access token of ours (opaque or JWT) says, or `undefined` when it is not good, or not for `audience`.
   * With it, the token must name that audience; without it, only the token's life is checked. It sees no request: a token
   * that says `extra.cnf` is bound to a key, and an API that takes it must check the proof, or refuse it.
   */
  verifyAccessToken(token: string, options?: { readonly audience?: string }): Promise<VerifiedAccessToken | undefined>
  /** Ends a grant and every code and token that came from it. `false` when it had ended before. */
  revokeGrant(grantId: string): Promise<boolean>
  /**
   * What the signed query of a page's URL says, for pages that show it without asking for more; `undefined` when it was
   * changed or has expired. `url` is the page's URL or its query. What counts is the stored interaction:
   * `resolveLoginContext`.
   */
  verifyPageQuery(url: string | URL): Promise<URLSearchParams | undefined>
  /**
   * What a login or consent page needs to know, from the `state` in its URL.
   * @throws {OAuthError} `invalid_request` when there is no live interaction of this browser
   */
  resolveLoginContext(request: Request): Promise<LoginContext>
  /** The same, or `undefined`. */
  tryResolveLoginContext(request: Request): Promise<LoginContext | undefined>
  /**
   * Whether the server can do its work, for a readiness probe: the storage answers, its tables and their version are
   * right, and there is a key to sign with for each algorithm. `problem` says what to do; beside `ok: true` it is a
   * warning. It never throws, takes ten seconds at most, and makes no keys but the very first ones.
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
   * Adds a signing key for each algorithm: published at once, signing after `activateAfter` seconds (default: long
   * enough for every process and cached JWKS to know it). When a key has leaked, `dropPrevious` deletes the earlier ones
   * and signs with the new ones at once: what the old ones signed is refused here at once, by other processes within
   * twice `keyCacheSeconds`, and by resource servers as soon as they read the JWKS again.
   */
  rotateSigningKeys(options?: KeyRotation): Promise<void>
  /**
   * Deletes at most `limit` rows (default 1000) that have expired or are clients nobody ever used
   * (`unusedClientTtlSeconds`), and the signing keys nobody needs; answers how many. One bounded batch, on indexes, safe
   * beside traffic and in several processes at once. To delete all, call it again while it answers `limit` or more, with
   * a pause in between: a storage within this process (`sqliteStorage`, `memoryStorage`) serves nobody meanwhile.
   * Throws a `TypeError` for a `limit` that is no whole number.
   */
  purgeExpired(options?: { readonly limit?: number }): Promise<number>
}
