import * as v from 'valibot'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { secondsFrom } from '../../contracts/number-option.ts'
import { admitUnpushed } from './admit-unpushed.ts'
import { keepRequest, pushEndpoint, pushEndpointName } from './push.ts'
import { findPushedRequest } from './pushed-request.ts'

/** The options of `pushedAuthorizationRequests`. */
export interface PushedAuthorizationRequestsOptions {
  /**
   * How long a client has to send the browser to the authorization endpoint after a push, in seconds: `expires_in` of the
   * answer. The user may then take as long as the interaction lasts. 5 to 600, default 60.
   */
  readonly lifetimeSeconds?: number | undefined
  /**
   * Whether every client must push its authorization requests. Default `false`; a single client can register
   * `require_pushed_authorization_requests`.
   */
  readonly required?: boolean | undefined
}

const entries = {
  lifetimeSeconds: v.optional(secondsFrom(5, 600), 60),
  required: v.optional(v.boolean(), false),
}

/**
 * A feature that lets clients push their authorization requests to the server and send the browser with a reference
 * ({@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126}). The server authenticates the client and checks the whole
 * request before any user sees it, and nobody can change it on its way through the browser.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [pushedAuthorizationRequests({ required: true })], ... })
 * ```
 */
export function pushedAuthorizationRequests(
  options: PushedAuthorizationRequestsOptions = {},
): Feature<'pushedAuthorizationRequests'> {
  const { lifetimeSeconds, required } = parseFeatureOptions('pushedAuthorizationRequests', entries, options)
  return Object.freeze<Feature<'pushedAuthorizationRequests'>>({
    name: 'pushedAuthorizationRequests',
    requires: ['authorization_code'],
    start: () => ({
      endpoints: [pushEndpoint(lifetimeSeconds)],
      parameterSources: [
        {
          admit: (ctx, sent) => admitUnpushed(ctx, required, sent),
          resolve: (ctx, sent) => (sent.has('request_uri') ? findPushedRequest(ctx, sent) : undefined),
          keep: (ctx, client, parameters) => keepRequest(ctx, client, parameters, lifetimeSeconds),
        },
      ],
      clientMetadata: [{ members: { require_pushed_authorization_requests: v.boolean() } }],
      rateLimits: { [pushEndpointName]: { address: 600, client: 600 } },
      serverMetadata: { ...(required && { require_pushed_authorization_requests: true }) },
    }),
  })
}
