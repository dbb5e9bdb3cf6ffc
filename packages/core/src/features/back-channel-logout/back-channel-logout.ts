import * as v from 'valibot'
import type { Context } from '../../contracts/context.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { SessionObserver } from '../../contracts/session-observer.ts'
import { pause } from '../../http/pause.ts'
import { backChannelLogoutMetadata } from './client-metadata.ts'
import { deliverAll } from './deliver.ts'

/** The options of `backChannelLogout`. */
export interface BackChannelLogoutOptions {
  /**
   * For how many seconds after its user last signed in through this server a client is told of the end of the session:
   * as long as the client may have a session of its own. Default 2592000 (30 days).
   */
  readonly clientSessionTtlSeconds?: number | undefined
  /**
   * The pauses, in seconds, before further attempts when a client could not be reached or responded with 408, 429 or
   * 5xx. There are as many further attempts as numbers. Default `[1, 5, 20]`.
   */
  readonly retryAfterSeconds?: readonly number[] | undefined
  /** How many clients are told at the same time, for each session that ends. 1 to 100, default 10. */
  readonly concurrency?: number | undefined
  /**
   * How many seconds a logout waits for the clients at most. Clients that take longer are still told, as long as the
   * process lives. 0 does not wait. It has no effect with `waitUntil`. Default 2.
   */
  readonly maxWaitSeconds?: number | undefined
  /**
   * Keeps the work alive after the response, on platforms that end it otherwise: `waitUntil` of `cloudflare:workers`,
   * or of another platform's context. A logout then does not wait. The promise never rejects. Default: none.
   */
  readonly waitUntil?: ((delivery: Promise<void>) => void) | undefined
}

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3600))

const entries = {
  clientSessionTtlSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2_592_000),
  retryAfterSeconds: v.optional(v.pipe(v.array(seconds), v.maxLength(10)), [1, 5, 20]),
  concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 10),
  maxWaitSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60)), 2),
  waitUntil: v.optional(v.function()),
}

/**
 * A feature that tells clients directly that a session has ended, with a logout token ({@link
 * https://openid.net/specs/openid-connect-backchannel-1_0.html OpenID Connect Back-Channel Logout}): at
 * `/oauth2/end-session`, and when the host calls `provider.sessionEnded`. Each client is told once, by the process in
 * which the session ended. When all attempts fail, the event `back_channel_logout.failed` reports it, and the server
 * does not try again.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [backChannelLogout({ maxWaitSeconds: 0 })], ... })
 * ```
 */
export function backChannelLogout(options: BackChannelLogoutOptions = {}): Feature<'backChannelLogout'> {
  const { waitUntil, ...parsed } = parseFeatureOptions('backChannelLogout', entries, options)
  const { clientSessionTtlSeconds, maxWaitSeconds, ...rules } = parsed
  const sessionObserver: SessionObserver = {
    clientSessionTtl: clientSessionTtlSeconds,
    concerns: ({ backchannel_logout_uri }) => backchannel_logout_uri !== undefined,
    async sessionEnded(ctx, clients) {
      if (clients.length > 0) {
        const delivery = deliverAll(ctx, rules, clients)
        if (waitUntil !== undefined) handOver(ctx, waitUntil, delivery)
        else if (maxWaitSeconds > 0) await Promise.race([delivery, pause(maxWaitSeconds)])
      }
      return { frames: [] }
    },
  }
  return Object.freeze<Feature<'backChannelLogout'>>({
    name: 'backChannelLogout',
    start: () => ({
      clientMetadata: [backChannelLogoutMetadata],
      serverMetadata: { backchannel_logout_supported: true, backchannel_logout_session_supported: true },
      sessionObservers: [sessionObserver],
    }),
  })
}

/**
 * Passes the work to `waitUntil`. The session has ended already and the work goes on, so an error of `waitUntil` must
 * not fail the logout.
 */
function handOver(ctx: Context, waitUntil: (delivery: Promise<void>) => unknown, delivery: Promise<void>): void {
  try {
    waitUntil(delivery)
  } catch (cause) {
    ctx.emit({ type: 'request.failed', endpoint: 'back-channel logout', cause })
  }
}
