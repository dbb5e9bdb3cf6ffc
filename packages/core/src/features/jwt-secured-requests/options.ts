import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { secondsFrom } from '../../contracts/number-option.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import { keyManagementAlgorithms } from '../../protocol/encryption.ts'
import type { RequestObjectRules, StricterRules } from '../../request-objects/rules.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { RequestObjectEncryptionOptions } from './encryption.ts'

/** What the server demands of request objects. */
export interface RequestObjectRequirements {
  /** The algorithms that request objects may be signed with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly signingAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /**
   * Which clients may send request objects without a signature (`alg: none`), which prove nothing and are forbidden by
   * RFC 9101. `registered`: clients that registered `request_object_signing_alg: none`. `allowed`: also clients that
   * registered no algorithm, as in OpenID Connect Core and its certification suite. Default `refused`: no client.
   */
  readonly unsigned?: 'refused' | 'registered' | 'allowed' | undefined
  /**
   * What happens to parameters beside a request object. `ignored`: they are dropped, as in RFC 9101. `merged`: they
   * count when the object does not contain them, as in OpenID Connect Core section 6.1. An attacker who changes the URL
   * can then add what the object leaves out. Default `ignored`.
   */
  readonly outsideParameters?: 'ignored' | 'merged' | undefined
  /**
   * Whether every client must send a signed request object. Default `false`; a single client can register
   * `require_signed_request_object`.
   */
  readonly required?: boolean | undefined
  /**
   * Whether a request object must contain `exp` and `nbf`, so that nobody can use it later, as FAPI 2.0 Message Signing
   * demands. Default `false`: the server checks them where they are.
   */
  readonly requireLifetime?: boolean | undefined
  /**
   * For how long a request object may be good, in seconds: from `nbf` to `exp`, from now to `exp`, and from `nbf` to now.
   * It bounds the claims that are there; `requireLifetime` makes them necessary. 60 to 86400. Default: 3600 with
   * `requireLifetime`, otherwise unbounded.
   */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * Whether the header of a request object must say `typ: oauth-authz-req+jwt` ({@link
   * https://www.rfc-editor.org/rfc/rfc9101#section-10.8 RFC 9101 section 10.8}). Default `false`: `typ` may also be absent or
   * `JWT`. The server refuses every other `typ` either way.
   */
  readonly requireType?: boolean | undefined
}

/** The options of `jwtSecuredRequests`. */
export interface JwtSecuredRequestsOptions extends RequestObjectRequirements, RequestObjectEncryptionOptions {
  /**
   * Demands more of single clients, for instance of those that follow FAPI. It is called for each request of a client, and
   * answers at once. Its answer only narrows what the other options say: of two values, the stricter one counts. Default: all
   * clients are held to the same.
   * @example
   * forClient: ({ id }) => (banks.has(id) ? { required: true, requireLifetime: true } : undefined)
   */
  readonly forClient?: ((client: ClientRecord) => RequestObjectRequirements | undefined) | undefined
}

const requirements = {
  signingAlgorithms: v.pipe(v.array(v.picklist(clientSigningAlgorithms)), v.nonEmpty('must not be empty')),
  unsigned: v.picklist(['refused', 'registered', 'allowed']),
  outsideParameters: v.picklist(['ignored', 'merged']),
  required: v.boolean(),
  requireLifetime: v.boolean(),
  maxLifetimeSeconds: secondsFrom(60, 86_400),
  requireType: v.boolean(),
}

const entries = {
  signingAlgorithms: v.optional(requirements.signingAlgorithms, [...clientSigningAlgorithms]),
  unsigned: v.optional(requirements.unsigned, 'refused'),
  outsideParameters: v.optional(requirements.outsideParameters, 'ignored'),
  required: v.optional(requirements.required, false),
  requireLifetime: v.optional(requirements.requireLifetime, false),
  maxLifetimeSeconds: v.optional(requirements.maxLifetimeSeconds),
  requireType: v.optional(requirements.requireType, false),
  forClient: v.optional(v.function('must be a function')),
  encryptionAlgorithms: v.optional(v.array(v.picklist(keyManagementAlgorithms)), []),
}

const stricterEntries = v.partial(v.object(requirements)).entries

/** @throws {TypeError} when an option is unknown or wrong */
export function parseRequestObjectOptions(options: JwtSecuredRequestsOptions): RequestObjectRules {
  const { forClient, ...rules } = parseFeatureOptions('jwtSecuredRequests', entries, options)
  if (forClient === undefined) return rules
  return { ...rules, forClient: (client) => checkAnswer(forClient(client)) }
}

/** @throws {TypeError} for an answer of the host that is no requirement: the request fails, and holds nobody to less */
function checkAnswer(answer: unknown): StricterRules | undefined {
  if (answer === undefined) return undefined
  if (typeof answer !== 'object' || answer === null || typeof (answer as { then?: unknown }).then === 'function') {
    throw new TypeError(
      'jwtSecuredRequests: forClient must answer with an object of requirements, at once, or undefined',
    )
  }
  return parseFeatureOptions('jwtSecuredRequests: forClient', stricterEntries, answer)
}
