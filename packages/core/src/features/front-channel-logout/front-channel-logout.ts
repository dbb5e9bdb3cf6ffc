import * as v from 'valibot'
import { sessionIdFor } from '../../claims/session-id.ts'
import type { Context } from '../../contracts/context.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { SessionClient, SessionObserver } from '../../contracts/session-observer.ts'
import { withParameters } from '../../http/redirect.ts'
import { frontChannelLogoutMetadata, frontChannelUriProblem } from './client-metadata.ts'

/** The options of `frontChannelLogout`. */
export interface FrontChannelLogoutOptions {
  /**
   * For how many seconds after its user last signed in through this server a client is told of the end of the session:
   * as long as the client may have a session of its own. Default 2592000 (30 days).
   */
  readonly clientSessionTtlSeconds?: number | undefined
}

const entries = { clientSessionTtlSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2_592_000) }

/**
 * A feature that tells clients through the browser that a session has ended: a page loads a URL of each client in a
 * frame, with `iss` and `sid` ({@link https://openid.net/specs/openid-connect-frontchannel-1_0.html OpenID Connect
 * Front-Channel Logout}). The server's own page does so at `/oauth2/end-session`. A logout page of the host gets the
 * URLs from `provider.sessionEnded`.
 *
 * Browsers that block cookies of other sites in frames hide the user from the client. The client then has only `sid` to
 * find the session, so back-channel logout is more reliable.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [frontChannelLogout()], ... })
 * ```
 */
export function frontChannelLogout(options: FrontChannelLogoutOptions = {}): Feature<'frontChannelLogout'> {
  const { clientSessionTtlSeconds } = parseFeatureOptions('frontChannelLogout', entries, options)
  const sessionObserver: SessionObserver = {
    clientSessionTtl: clientSessionTtlSeconds,
    concerns: ({ frontchannel_logout_uri }) => frontchannel_logout_uri !== undefined,
    async sessionEnded(ctx, clients) {
      return { frames: (await Promise.all(clients.map((client) => frameOf(ctx, client)))).flat() }
    },
  }
  return Object.freeze<Feature<'frontChannelLogout'>>({
    name: 'frontChannelLogout',
    start: () => ({
      clientMetadata: [frontChannelLogoutMetadata],
      serverMetadata: { frontchannel_logout_supported: true, frontchannel_logout_session_supported: true },
      sessionObservers: [sessionObserver],
    }),
  })
}

/**
 * Returns the URL of the frame if it is safe. URLs are checked again before a page loads them, since a stored row may
 * have been written by hand.
 */
async function frameOf(ctx: Context, { client, sessionId }: SessionClient): Promise<readonly string[]> {
  const uri = client.metadata.frontchannel_logout_uri
  if (uri === undefined || frontChannelUriProblem(uri, client.metadata) !== undefined) return []
  return [withParameters(uri, { iss: ctx.config.issuer, sid: await sessionIdFor(ctx, client, sessionId) })]
}
