import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { Session } from '../../contracts/host.ts'
import { wholeNumberFrom } from '../../contracts/number-option.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord } from '../../storage/client.ts'

/** What a first-party application asks for, and what its user has entered: the argument of `challenge`. */
export interface AuthorizationChallenge {
  /** The client, which the server side has registered as a first-party application. */
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** The user name or address that the application sent first (`login_hint`). */
  readonly loginHint?: string
  /** The authentication contexts that the application asks for, best first, separated by spaces. */
  readonly acrValues?: string
  /** How old the authentication of the user may be, in seconds. */
  readonly maxAge?: number
  /**
   * The parameters of this request that are no parameters of OAuth, for instance `username`, `password` or `otp`. They come
   * from whoever has the application in hand: check them like a form, and limit attempts for each account.
   */
  readonly parameters: Readonly<Record<string, string>>
  /** What the last answer said in `state`. Absent in the first request of a session. */
  readonly state?: object
}

/** What the host decides about a challenge. */
export type ChallengeAnswer =
  /** The user is authenticated and may have a code. `session` is new for each login, as in `authentication.getSession`. */
  | { readonly type: 'authorized'; readonly userId: string; readonly session: Session }
  /** The application has to ask the user for more. */
  | {
      readonly type: 'insufficient_authorization'
      /** JSON to have in the next request of this session. It is stored, and never sent. */
      readonly state?: object
      /** Members of the answer that tell the application what to ask for, for instance `{ otp_required: true }`. */
      readonly members?: Readonly<Record<string, string | number | boolean>>
    }
  /** The application has to continue in a browser, for instance because the request looks like an attack. */
  | { readonly type: 'redirect_to_web' }

/** The options of `experimentalFirstPartyAppsDraft03`. */
export interface FirstPartyAppsDraft03Options {
  /**
   * Authenticates the user of a first-party application, step by step. The server calls it once for each request, with
   * what the request says and what the last answer kept.
   * @example
   * ```ts
   * async challenge({ parameters, state }) {
   *   if (state === undefined) {
   *     const user = await passwords.check(parameters.username, parameters.password)
   *     if (user === undefined) return { type: 'insufficient_authorization', members: { password_wrong: true } }
   *     return { type: 'insufficient_authorization', state: { userId: user.id }, members: { otp_required: true } }
   *   }
   *   ...
   * }
   * ```
   */
  readonly challenge: (challenge: AuthorizationChallenge) => Awaitable<ChallengeAnswer>
  /** How long a user has from the first answer to the code, in seconds. 30 to 3600, default 600. */
  readonly lifetimeSeconds?: number | undefined
  /** How many requests one session may have, so that nobody tries all one-time passwords. 1 to 100, default 10. */
  readonly attempts?: number | undefined
}

/** The checked options. */
export interface ChallengeRules {
  readonly challenge: FirstPartyAppsDraft03Options['challenge']
  readonly lifetime: number
  readonly attempts: number
}

const entries = {
  challenge: v.custom<FirstPartyAppsDraft03Options['challenge']>(
    (value) => typeof value === 'function',
    'must be a function that authenticates the user',
  ),
  lifetimeSeconds: v.optional(wholeNumberFrom(30, 3600), 600),
  attempts: v.optional(wholeNumberFrom(1, 100), 10),
}

/** @throws {TypeError} when an option is unknown, missing or wrong */
export function parseChallengeOptions(options: FirstPartyAppsDraft03Options): ChallengeRules {
  const parsed = parseFeatureOptions('experimentalFirstPartyAppsDraft03', entries, options)
  return { challenge: parsed.challenge, lifetime: parsed.lifetimeSeconds, attempts: parsed.attempts }
}
