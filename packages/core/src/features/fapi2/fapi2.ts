import * as v from 'valibot'
import {
  signedIntrospectionDemands,
  signedRequestDemands,
  signedResponseDemands,
} from '../../conformance/fapi2-demands.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { Parts } from '../../contracts/feature-parts.ts'
import type { Demands, Profile } from '../../contracts/profile.ts'
import { narrower } from '../../policy/demands.ts'
import { admitPushed } from './admit-pushed.ts'
import { checkClient } from './check-client.ts'
import { cibaDemands, cibaFaults } from './fapi-ciba.ts'
import { createProfile, type ProfileClients } from './profile.ts'

export type { ProfileClients }

/** The options of `fapi2SecurityProfile`. */
export interface Fapi2SecurityProfileOptions {
  /**
   * The clients that the profile holds for. `all`: every client. `chosen`: clients to which the server side gave
   * `security_profile: 'fapi2-security-profile'`. A function decides by the metadata of a client, and the chosen ones have the
   * profile as well; it returns `true` or `false`, also for clients that do not exist yet. Let it look at members that a
   * client cannot change by itself, for instance `metadata`. Default `all`.
   */
  readonly clients?: ProfileClients | undefined
}

/** The options of `fapi2MessageSigning`. */
export interface Fapi2MessageSigningOptions {
  /**
   * The clients that the profile holds for, as in `fapi2SecurityProfile`. The value of `security_profile` is
   * `fapi2-message-signing`. Default `all`.
   */
  readonly clients?: ProfileClients | undefined
  /** Whether authorization requests must be signed request objects. Default `true`. */
  readonly requests?: boolean | undefined
  /** Whether authorization responses must be signed (JARM). Default `true`. */
  readonly responses?: boolean | undefined
  /** Whether introspection responses must be signed. Default `true`. */
  readonly introspection?: boolean | undefined
}

/** The options of `fapiCibaProfile`. */
export interface FapiCibaProfileOptions {
  /**
   * The clients that the profile holds for, as in `fapi2SecurityProfile`. The value of `security_profile` is `fapi-ciba`.
   * Default `all`.
   */
  readonly clients?: ProfileClients | undefined
}

const clients = v.optional(
  v.union([v.picklist(['all', 'chosen']), v.function()], 'must be all, chosen or a function'),
  'all',
)
const part = v.optional(v.boolean(), true)

/**
 * The FAPI 2.0 Security Profile ({@link https://openid.net/specs/fapi-security-profile-2_0-final.html}), for all clients or
 * some. It demands pushed requests with PKCE, `private_key_jwt` or a TLS certificate, tokens that are bound to a key, and
 * PS256, ES256 or EdDSA. It only narrows what the other options allow: what they refuse stays refused.
 *
 * A provider that cannot meet the profile does not start, and the error says what to add. A client that cannot meet it is
 * not registered, and a client from before gets nothing that the profile does not allow.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({
 *   features: [privateKeyJwt(), pushedAuthorizationRequests(), dpop(), fapi2SecurityProfile()],
 *   idTokenSigningAlgorithm: 'PS256',
 *   accessTokenSigningAlgorithm: 'PS256',
 *   refreshTokenReuseWindowSeconds: 60,
 *   ...
 * })
 * ```
 */
export function fapi2SecurityProfile(options: Fapi2SecurityProfileOptions = {}): Feature<'fapi2SecurityProfile'> {
  const parsed = parseFeatureOptions('fapi2SecurityProfile', { clients }, options)
  const profile = createProfile({
    feature: 'fapi2SecurityProfile',
    name: 'fapi2-security-profile',
    clients: parsed.clients as ProfileClients,
  })
  return Object.freeze<Feature<'fapi2SecurityProfile'>>({
    name: 'fapi2SecurityProfile',
    requires: ['authorization_code'],
    start: () => partsOf(profile),
  })
}

/**
 * FAPI 2.0 Message Signing ({@link https://openid.net/specs/fapi-message-signing-2_0-final.html}): the FAPI 2.0 Security
 * Profile and, beside it, signed authorization requests, responses and introspection. An ecosystem that wants only some of
 * the three leaves the others out.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [...features, jwtSecuredRequests(), fapi2MessageSigning({ responses: false })], ... })
 * ```
 */
export function fapi2MessageSigning(options: Fapi2MessageSigningOptions = {}): Feature<'fapi2MessageSigning'> {
  const entries = { clients, requests: part, responses: part, introspection: part }
  const { requests, responses, introspection, ...parsed } = parseFeatureOptions('fapi2MessageSigning', entries, options)
  const additions: readonly Demands[] = [
    ...(requests ? [signedRequestDemands] : []),
    ...(responses ? [signedResponseDemands] : []),
    ...(introspection ? [signedIntrospectionDemands] : []),
  ]
  const profile = createProfile({
    feature: 'fapi2MessageSigning',
    name: 'fapi2-message-signing',
    clients: parsed.clients as ProfileClients,
    additions: additions.reduce(narrower, {}),
  })
  return Object.freeze<Feature<'fapi2MessageSigning'>>({
    name: 'fapi2MessageSigning',
    requires: ['authorization_code'],
    start: () => partsOf(profile),
  })
}

/**
 * FAPI-CIBA ({@link https://openid.net/specs/openid-financial-api-ciba-ID1.html}), for all clients or some, with the
 * algorithms of FAPI 2.0. It demands signed back-channel requests that have a `binding_message` or `authorization_details`,
 * `private_key_jwt` or a TLS certificate, tokens that are bound to a key, and the modes `poll` or `ping`. It only narrows, and
 * can be combined with the other profiles, which demand nothing of the back channel.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [privateKeyJwt(), dpop(), ciba(options), fapiCibaProfile()], ... })
 * ```
 */
export function fapiCibaProfile(options: FapiCibaProfileOptions = {}): Feature<'fapiCibaProfile'> {
  const parsed = parseFeatureOptions('fapiCibaProfile', { clients }, options)
  const profile = createProfile({
    feature: 'fapiCibaProfile',
    name: 'fapi-ciba',
    clients: parsed.clients as ProfileClients,
    instead: { demands: cibaDemands, faults: cibaFaults },
  })
  return Object.freeze<Feature<'fapiCibaProfile'>>({
    name: 'fapiCibaProfile',
    start: () => ({ profiles: [profile], clientMetadata: [profileMember] }),
  })
}

function partsOf(profile: Profile): Parts {
  return {
    profiles: [profile],
    clientMetadata: [profileMember],
    parameterSources: [{ admit: admitPushed, resolve: () => undefined }],
  }
}

/** One object for both profiles, so that it counts once. */
const profileMember: ClientMetadataPart = {
  members: { security_profile: v.picklist(['fapi2-security-profile', 'fapi2-message-signing', 'fapi-ciba']) },
  serverSideOnly: true,
  check: checkClient,
}
