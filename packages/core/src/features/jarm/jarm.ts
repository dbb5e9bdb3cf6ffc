import * as v from 'valibot'
import { encryptionServerMetadata } from '../../clients/encrypted-response.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { secondsFrom } from '../../contracts/number-option.ts'
import { authorizationResponseMetadata } from './client-metadata.ts'
import { requireSigned, signedResponseModes } from './response-modes.ts'

/** The options of `jarm`. */
export interface JarmOptions {
  /**
   * How long a client may accept an authorization response, in seconds: `exp` of the JWT. The code in it lives as long
   * as the option `authorizationCodeTtlSeconds` says. 30 to 600, default 300.
   */
  readonly lifetimeSeconds?: number | undefined
  /**
   * Whether every client must ask for a signed response. Default `false`; a single client can register
   * `require_signed_authorization_response`.
   */
  readonly required?: boolean | undefined
}

const entries = {
  lifetimeSeconds: v.optional(secondsFrom(30, 600), 300),
  required: v.optional(v.boolean(), false),
}

/**
 * A feature that signs authorization responses and errors as JWTs, so that the client knows who sent them, and that nobody
 * changed them in the browser ({@link https://openid.net/specs/oauth-v2-jarm.html JARM}). A client asks for it by
 * `response_mode`: `jwt`, `query.jwt`, `fragment.jwt` or `form_post.jwt`.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({ features: [jarm()], ... })
 * await provider.registerClient({
 *   redirect_uris: ['https://app.example.com/callback'],
 *   authorization_signed_response_alg: 'ES256',
 *   require_signed_authorization_response: true,
 * })
 * ```
 */
export function jarm(options: JarmOptions = {}): Feature<'jarm'> {
  const { lifetimeSeconds, required } = parseFeatureOptions('jarm', entries, options)
  return Object.freeze<Feature<'jarm'>>({
    name: 'jarm',
    requires: ['authorization_code', 'signing_keys'],
    start: (core) => ({
      responseModes: signedResponseModes(core, lifetimeSeconds),
      responseModeRules: [requireSigned(required)],
      clientMetadata: authorizationResponseMetadata,
      serverMetadata: {
        authorization_signing_alg_values_supported: core.config.signingAlgorithms,
        ...encryptionServerMetadata('authorization'),
      },
    }),
  })
}
