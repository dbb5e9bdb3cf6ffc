import type { ClientInput, Feature } from '@oauth/core'
import { redirect, withParameters } from '@oauth/core/feature'
import { type Fapi2MessageSigningOptions, fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import * as v from 'valibot'
import { createPkce, redirectUri } from './client.ts'
import { signJwt } from './client-keys.ts'
import { type FapiClient, fapiClient, fapiFeatures, fapiOptions } from './fapi2.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/**
 * What the profile looks for in a feature that signs responses: a response mode, client metadata and the algorithms in
 * discovery. The responses themselves are plain: the tests of what a profile opens need a server that lacks
 * response modes which the profile allows.
 */
export const oneSignedMode: Feature = {
  name: 'oneSignedMode',
  start: () => ({
    responseModes: [
      {
        name: 'jwt',
        respond: (_ctx, request, target, answer) => redirect(request, withParameters(target.redirectUri, answer)),
      },
    ],
    clientMetadata: [{ members: { authorization_signed_response_alg: v.string() } }],
    serverMetadata: { authorization_signing_alg_values_supported: ['ES256', 'RS256'] },
  }),
}

/** A server with FAPI 2.0 Message Signing. */
export function messagesWorld(
  options: Fapi2MessageSigningOptions = {},
  { requests = {}, ...world }: WorldOptions & { readonly requests?: JwtSecuredRequestsOptions } = {},
): World {
  const profile = fapi2MessageSigning(options)
  return createQuickWorld({ ...fapiOptions, ...world, features: [...messageFeatures(requests), profile] })
}

export const messageFeatures = (requests: JwtSecuredRequestsOptions = {}): readonly Feature[] => [
  ...fapiFeatures(),
  jwtSecuredRequests(requests),
  jarm(),
  jwtIntrospection(),
]

/** A client that gets signed messages. */
export function messagesClient(world: World, input: ClientInput = {}): Promise<FapiClient> {
  return fapiClient(world, { authorization_signed_response_alg: 'ES256', ...input })
}

/** The claims of a request object that asks for a signed answer. */
export function requestClaims({ world, registered }: FapiClient, changes: Readonly<Record<string, unknown>> = {}) {
  const now = world.clock.now()
  const pkce = createPkce()
  const claims = {
    iss: registered.client_id,
    aud: world.issuer,
    ...{ iat: now, nbf: now, exp: now + 60 },
    client_id: registered.client_id,
    response_type: 'code',
    response_mode: 'jwt',
    redirect_uri: redirectUri,
    scope: 'openid email',
    state: 'signed-state',
    ...{ code_challenge: pkce.challenge, code_challenge_method: 'S256' },
    ...changes,
  }
  return { claims, verifier: pkce.verifier }
}

/** Signs a request object as the client. */
export function signRequest({ key }: FapiClient, claims: Readonly<Record<string, unknown>>): Promise<string> {
  return signJwt(key.privateKey, { alg: key.algorithm, kid: key.kid, typ: 'oauth-authz-req+jwt' }, claims)
}
