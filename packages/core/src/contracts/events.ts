import type { OAuthErrorCode } from '../protocol/errors.ts'
import type { CibaEvent } from './ciba-events.ts'
import type { DeviceEvent } from './device-events.ts'
import type { FeatureEvents } from './feature-events.ts'
import type { ImportEvent } from './import-events.ts'
import type { KeyEvent } from './key-events.ts'
import type { PageKind } from './page.ts'
import type { RateLimitBucket } from './rate-limit.ts'

/**
 * What happened in the server, for logs, metrics and alarms: the host gets it through `onEvent`. Names are stable.
 * Events contain the true reason and identifiers, and never a token, code, secret, verifier or cookie. Values from
 * outside are shortened and free of control characters. `cause` is what was thrown: an error with its stack, or whatever
 * your code throws. `JSON.stringify(event)` shows its name, message, code and causes, without credentials and values of
 * SQL statements; read `cause` itself for all of it.
 * @example
 * ```ts
 * onEvent: (event) => {
 *   if (event.type === 'code.replayed' || event.type === 'refresh_token.replayed') alarm(event)
 * },
 * ```
 */
export type OAuthEvent = (CoreEvent | FeatureEvent) & {
  /**
   * The request in which it happened: the same id as in all events of that request, in its `RequestEnd` and on its error
   * page. Absent for work in the background, for calls of functions of the provider, and for what requests share: the keys,
   * signed metadata and the readiness page.
   */
  readonly requestId?: string
}

/** Values of one member of client metadata that a registration asked for and that the client did not get. */
export interface Substitution {
  /** The member, for instance `grant_types`. */
  readonly member: string
  /** The values, separated by spaces. */
  readonly value: string
}

/** The events that features bring. */
export type FeatureEvent = {
  readonly [Type in keyof FeatureEvents]: { readonly type: Type } & FeatureEvents[Type]
}[keyof FeatureEvents]

/** The events of the core. */
export type CoreEvent =
  /** A client was registered or changed, or got a new secret, by your code, an administrator, a user or itself. */
  | { readonly type: 'client.registered' | 'client.updated' | 'client.secret_rotated'; readonly clientId: string }
  | ImportEvent
  /**
   * A client registered itself, or replaced its registration, with values that it cannot have. The server left them out
   * and said so in its response. `substituted` lists them.
   */
  | {
      readonly type: 'client.metadata_substituted'
      readonly clientId: string
      readonly substituted: readonly Substitution[]
    }
  /** A client was deleted, and its live grants ended. */
  | { readonly type: 'client.deleted'; readonly clientId: string; readonly grantsEnded: number }
  /** A client, or somebody in its name, could not authenticate. `reason` is what the client is not told. */
  | { readonly type: 'client.authentication_failed'; readonly clientId?: string; readonly reason: string }
  /**
   * A response had to be encrypted for a client, and none of its keys could be used. The server sent nothing in its place,
   * and nothing was used up. `member` is the metadata that demands the encryption, for instance
   * `id_token_encrypted_response_alg`.
   */
  | {
      readonly type: 'client.encryption_failed'
      readonly clientId: string
      readonly member: string
      readonly reason: string
      readonly cause?: unknown
    }
  /** A user was sent to one of your pages (`step` says which), or refused on it. */
  | { readonly type: 'interaction.started' | 'interaction.denied'; readonly clientId: string; readonly step?: string }
  /**
   * A login or sign-up page sent the user back with the same session as before, although the request demands a new
   * sign-in, or several times with sessions that do not fit. The client got `login_required`. Change the page: it must make
   * a new session, or one with a newer `authTime`. When the session only lacks an authentication context class, the client
   * got `unmet_authentication_requirements`, and the user perhaps cannot do better.
   */
  | { readonly type: 'interaction.session_unchanged'; readonly clientId: string; readonly step: string }
  /** A user agreed to something, and will not be asked for it again. */
  | {
      readonly type: 'consent.remembered'
      readonly clientId: string
      readonly userId: string
      readonly scopes: readonly string[]
    }
  /** The user withdrew a consent or a part of it. Grants that went beyond what is left ended. */
  | {
      readonly type: 'consent.narrowed' | 'consent.deleted'
      readonly clientId: string
      readonly userId: string
      readonly grantsEnded: number
    }
  /**
   * A client lost all access to a user's account (`disconnectApp`): the remembered consents, and the grants with their
   * codes and tokens.
   */
  | {
      readonly type: 'app.disconnected'
      readonly clientId: string
      readonly userId: string
      readonly grantsEnded: number
      readonly consentsDeleted: number
    }
  /** A client has pushed an authorization request. `expiresAt` is when its `request_uri` expires, in seconds since the epoch. */
  | { readonly type: 'authorization_request.pushed'; readonly clientId: string; readonly expiresAt: number }
  | DeviceEvent
  | CibaEvent
  /** A sign-in ended: the client gets a code, which it exchanges for tokens. */
  | { readonly type: 'code.issued'; readonly clientId: string; readonly userId: string; readonly grantId: string }
  /**
   * Access was withdrawn (a session, a consent, the grants of a user, a client) while the server was writing a code.
   * The client did not get the code, and its grant has ended.
   */
  | { readonly type: 'code.withdrawn'; readonly clientId: string; readonly userId: string; readonly grantId: string }
  /**
   * A client presented a code for the second time, so its grant was ended. `ended` is `false` when the grant had ended
   * before.
   */
  | { readonly type: 'code.replayed'; readonly clientId: string; readonly grantId: string; readonly ended: boolean }
  /** A client got tokens. Without `userId`, they are for the client itself. */
  | {
      readonly type: 'tokens.issued'
      readonly clientId: string
      readonly grantType: string
      readonly userId?: string
      readonly grantId?: string
      readonly scopes: readonly string[]
      /** What the client got. */
      readonly kinds: readonly ('access_token' | 'refresh_token' | 'id_token')[]
      /** Why the client got no refresh token, where it might have expected one. */
      readonly refreshTokenWithheld?: 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted'
    }
  /**
   * An authorization request named scopes that its client does not get, and the server ignored them
   * (`refuseUnregisteredScopes`). `unknown` are scopes that this server does not have (add them to `scopes`, or correct
   * the client), `unregistered` those that the client is not registered for. Each lists at most ten names, cut after a
   * hundred characters.
   */
  | {
      readonly type: 'scopes.ignored'
      readonly clientId: string
      readonly unknown: readonly string[]
      readonly unregistered: readonly string[]
    }
  /** A client presented an old refresh token within the reuse window and got the same successor again. */
  | { readonly type: 'refresh_token.reused'; readonly clientId: string; readonly grantId: string }
  /**
   * A client presented an old refresh token after the reuse window, or one that is two generations old. All tokens of
   * the grant have ended.
   */
  | {
      readonly type: 'refresh_token.replayed'
      readonly clientId: string
      readonly grantId: string
      readonly ended: boolean
    }
  /** A client revoked a token of its own. With a refresh token, the whole grant ended. */
  | {
      readonly type: 'token.revoked'
      readonly clientId: string
      readonly grantId?: string
      readonly kind: 'access_token' | 'refresh_token'
    }
  /** Your code ended a grant, with its codes and tokens (`revokeGrant`). */
  | { readonly type: 'grant.revoked'; readonly grantId: string }
  /** A session of the host ended, and its grants by the option `grantsEndingWithSession`. */
  | {
      readonly type: 'session.ended'
      readonly clientId?: string
      readonly userId?: string
      readonly grantsEnded: number
    }
  /** Back-channel logout: a client was told that a session of its user has ended. */
  | {
      readonly type: 'back_channel_logout.delivered'
      readonly clientId: string
      readonly userId: string
      readonly attempts: number
    }
  /** Back-channel logout: a client could not be told that a session of its user has ended. The server does not try again. */
  | {
      readonly type: 'back_channel_logout.failed'
      readonly clientId: string
      readonly userId: string
      readonly attempts: number
      /** The HTTP status of the client's last response. Absent when there was none; `cause` says why. */
      readonly status?: number
      readonly cause?: unknown
    }
  /** The rate limiter or the host's `clientAddress` threw an error. The request went on without a limit. */
  | { readonly type: 'rate_limiter.failed'; readonly bucket: RateLimitBucket; readonly cause: unknown }
  /** `clientCacheSignal` could not publish that a client changed. Other processes notice after `clientCacheSeconds`. */
  | { readonly type: 'client_cache_signal.failed'; readonly clientId: string; readonly cause: unknown }
  /** The hook `renderPage` failed, or returned something else than a page. The user got the built-in page. */
  | { readonly type: 'page.failed'; readonly kind: PageKind; readonly cause: unknown }
  /** The host revoked the grants of a user (`revokeUserGrants`), all or those of one client. */
  | { readonly type: 'grants.revoked'; readonly userId: string; readonly clientId?: string; readonly count: number }
  /** A hook of the host set claims or members that only the server may set. They were left out. */
  | { readonly type: 'claims.reserved_name_dropped'; readonly hook: string; readonly names: readonly string[] }
  /** The host returned a claim of the wrong type. It was left out. `expected` says which type it must have. */
  | {
      readonly type: 'claims.wrong_type_dropped'
      readonly hook: 'userClaims'
      readonly claim: string
      readonly expected: string
    }
  | KeyEvent
  /** A client source of a feature failed, and the server went on without this client. */
  | { readonly type: 'client_source.failed'; readonly clientId: string; readonly cause: unknown }
  /**
   * Client ID Metadata Documents: the document of a client could not be used. With `goesOn` its server did not answer, and
   * the client goes on as it was known. Otherwise the request was refused.
   */
  | {
      readonly type: 'client_document.failed'
      readonly clientId: string
      readonly reason: string
      readonly goesOn: boolean
      readonly cause?: unknown
    }
  /**
   * Client ID Metadata Documents: the redirect URIs, keys, authentication or name of a client changed since this process
   * last read its document. Users are asked for consent again; grants go on. `provider.deleteClient(clientId)` ends all of
   * them. Each process tells what it has noticed itself.
   */
  | { readonly type: 'client_document.changed'; readonly clientId: string }
  /** JWT bearer grant: an assertion of a trusted issuer became an access token. Without `userId` it is about a workload. */
  | {
      readonly type: 'jwt_bearer.accepted'
      readonly issuer: string
      readonly clientId: string
      readonly userId?: string
      readonly grantId?: string
    }
  /**
   * Token exchange: a client got an access token for that of a user. `subjectTokenId` is the id or the `jti` of the token
   * that was presented, `subjectIssuer` where it came from when that is not this server, `actor` who acts for the user by the new token (`act`), and `resources` are its APIs.
   */
  | {
      readonly type: 'token.exchanged'
      readonly clientId: string
      readonly userId: string
      readonly grantId: string
      readonly subjectTokenId?: string
      readonly subjectClientId?: string
      readonly subjectIssuer?: string
      readonly mode: 'delegation' | 'impersonation'
      readonly actor?: string
      readonly resources: readonly string[]
      readonly scopes: readonly string[]
    }
  /** Token exchange: a client got an ID-JAG, with which it acts for the user at another authorization server. */
  | {
      readonly type: 'id_jag.issued'
      readonly clientId: string
      readonly userId: string
      readonly grantId: string
      readonly audience: string
      readonly jti: string
    }
  /**
   * A request named an API by the parameter `audience`, and the server ignored that: the token is for the `resource` of
   * the request or for the default resource, or it is opaque. `problem` says why and what to change. Told at most once an
   * hour for each client and kind of request.
   */
  | {
      readonly type: 'request.audience_ignored'
      readonly request: 'authorization' | 'token'
      readonly clientId: string
      readonly audience: string
      readonly problem: string
    }
  /**
   * What the readiness page of the option `healthPages` found has changed. `problems` say what to do; with `ready` they are
   * warnings. The page itself shows none of them.
   */
  | { readonly type: 'readiness.changed'; readonly ready: boolean; readonly problems: readonly string[] }
  /** The server refused a request. `cause` is the true reason, where the response says less. */
  | {
      readonly type: 'request.refused'
      readonly endpoint: string
      readonly error: OAuthErrorCode
      readonly description?: string
      readonly status: number
      readonly cause?: unknown
    }
  /** A request, or work in the background, failed through no fault of the client. `cause` is the error. */
  | { readonly type: 'request.failed'; readonly endpoint: string; readonly cause: unknown }
