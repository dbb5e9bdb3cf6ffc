import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { wholeNumberFrom } from '../../contracts/number-option.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { BackchannelRequest } from './shown-request.ts'

/** How a client gets its tokens: the values of `backchannel_token_delivery_mode`. */
export type DeliveryMode = 'poll' | 'ping' | 'push'

/** What a client says about the user whom it wants to authenticate. Exactly one of the hints is there. */
export interface UserHint {
  readonly client: ClientRecord
  /** A name that the client knows the user by, for instance an address or a number. Any client can send any text. */
  readonly loginHint?: string
  /** A token that says who the user is, in a format that you have agreed on with the client. Verify it. */
  readonly loginHintToken?: string
  /**
   * The `sub` of an ID token of this server for this client, which has been verified and may have expired. You are asked only
   * about clients with pairwise subjects, and the answer must be the user with this `sub`.
   */
  readonly subject?: string
}

/** The options of `ciba`. */
export interface CibaOptions {
  /**
   * Finds the user whom a client means. Return the id of the user, or `undefined` when there is no such user, or none that
   * this client may ask for. For a token that has expired, throw `new OAuthError('expired_login_hint_token')`.
   * @example
   * resolveUser: async ({ loginHint }) => (await users.findByEmail(loginHint))?.id
   */
  readonly resolveUser: (hint: UserHint) => Awaitable<string | undefined | null>
  /**
   * Tells the user that a request waits, for instance by a message to their phone with a link to your page. The page shows
   * the request, and calls `provider.features.ciba.decide`. When the function throws, the request is gone and the client gets
   * an error.
   */
  readonly notifyUser: (request: BackchannelRequest) => Awaitable<void>
  /** How long a user has to answer when the client does not say (`requested_expiry`), in seconds. 10 to 3600, default 300. */
  readonly lifetimeSeconds?: number | undefined
  /** The longest time that a client may ask for, in seconds. 10 to 3600, default 600. */
  readonly maxLifetimeSeconds?: number | undefined
  /** How long a client waits between two token requests, in seconds (`interval`). 1 to 60, default 5. */
  readonly intervalSeconds?: number | undefined
  /**
   * The ways in which clients may get their tokens. `poll`: they ask again and again. `ping`: the server tells them when to
   * ask. `push`: the server sends the tokens to their notification endpoint; tokens that do not arrive are revoked, and the
   * client has to ask anew. Default: `['poll', 'ping']`.
   */
  readonly deliveryModes?: readonly DeliveryMode[] | undefined
  /** How often users are asked at most. */
  readonly prompts?: PromptLimit | undefined
  /**
   * The ids of the clients that may use the grant. Default: every client that is registered for it, except those that
   * registered themselves.
   */
  readonly clients?: readonly string[] | undefined
  /**
   * Checks the secret code by which a user allows a client to ask (`user_code`). It gets `undefined` when the client has sent
   * none: answer `true` for a user who has no code. Default: there are no codes.
   */
  readonly verifyUserCode?: ((userId: string, userCode: string | undefined) => Awaitable<boolean>) | undefined
  /** The algorithms that clients may sign their requests with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly signingAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /**
   * The pauses, in seconds, before further attempts when a client could not be reached or responded with 408, 429 or 5xx.
   * There are as many further attempts as numbers. Default `[1, 5, 20]`.
   */
  readonly retryAfterSeconds?: readonly number[] | undefined
  /**
   * Keeps a notification of a client alive after `decide` has answered, on platforms that end it otherwise: `waitUntil` of
   * `cloudflare:workers`, or of another platform's context. The promise never rejects. Default: none.
   */
  readonly waitUntil?: ((notification: Promise<void>) => void) | undefined
}

/**
 * A limit for requests that reach one user, so that nobody can wear a user out until they approve. It is kept in the storage,
 * so it holds for all processes together, with or without the option `rateLimit`. Requests that the user approves do not count.
 */
export interface PromptLimit {
  /** How many requests of one client. 1 to 100, default 5. */
  readonly perClient?: number | undefined
  /** How many requests of all clients together. 1 to 1000, default 20. */
  readonly perUser?: number | undefined
  /** In how many seconds. 60 to 86400, default 600. */
  readonly windowSeconds?: number | undefined
}

/** The options of `ciba` with their defaults. */
export interface CibaRules {
  /** The functions of the host. Their answers are not checked yet. */
  readonly resolveUser: (hint: UserHint) => unknown
  readonly notifyUser: (request: BackchannelRequest) => unknown
  readonly verifyUserCode?: ((userId: string, userCode: string | undefined) => unknown) | undefined
  readonly lifetimeSeconds: number
  readonly maxLifetimeSeconds: number
  readonly intervalSeconds: number
  readonly deliveryModes: readonly string[]
  readonly prompts: { readonly perClient: number; readonly perUser: number; readonly windowSeconds: number }
  readonly clients?: readonly string[] | undefined
  readonly signingAlgorithms: readonly string[]
  readonly retryAfterSeconds: readonly number[]
  readonly waitUntil?: ((notification: Promise<void>) => unknown) | undefined
}

const seconds = (least: number, most: number) => wholeNumberFrom(least, most, 'seconds')
const list = <Value extends string>(values: readonly Value[]) =>
  v.pipe(v.array(v.picklist(values)), v.nonEmpty('must not be empty'))

const entries = {
  resolveUser: v.function('must be a function that finds the user'),
  notifyUser: v.function('must be a function that tells the user'),
  verifyUserCode: v.optional(v.function('must be a function')),
  lifetimeSeconds: v.optional(seconds(10, 3600), 300),
  maxLifetimeSeconds: v.optional(seconds(10, 3600), 600),
  intervalSeconds: v.optional(seconds(1, 60), 5),
  deliveryModes: v.optional(list(['poll', 'ping', 'push']), ['poll', 'ping']),
  prompts: v.optional(
    v.strictObject({
      perClient: v.optional(wholeNumberFrom(1, 100), 5),
      perUser: v.optional(wholeNumberFrom(1, 1000), 20),
      windowSeconds: v.optional(seconds(60, 86_400), 600),
    }),
    {},
  ),
  clients: v.optional(v.array(v.string())),
  signingAlgorithms: v.optional(list(clientSigningAlgorithms), [...clientSigningAlgorithms]),
  retryAfterSeconds: v.optional(
    v.pipe(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(3600))), v.maxLength(10)),
    [1, 5, 20],
  ),
  waitUntil: v.optional(v.function('must be a function')),
}

/** @throws {TypeError} when an option is unknown, missing or wrong */
export function parseCibaOptions(options: CibaOptions): CibaRules {
  const rules = parseFeatureOptions('ciba', entries, options) as CibaRules
  if (rules.lifetimeSeconds <= rules.maxLifetimeSeconds) return rules
  if (options.maxLifetimeSeconds === undefined) return { ...rules, maxLifetimeSeconds: rules.lifetimeSeconds }
  throw new TypeError('ciba: lifetimeSeconds must not be longer than maxLifetimeSeconds')
}
