import type { ClientInput, Feature } from '@oauth/core'
import { json, redirect, withParameters } from '@oauth/core/feature'
import { type Fapi2MessageSigningOptions, fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import * as v from 'valibot'
import { createPkce, redirectUri } from './client.ts'
import { signJwt } from './client-keys.ts'
import { type FapiClient, fapiClient, fapiFeatures, fapiOptions } from './fapi2.ts'
import { introspectionType } from './jwt-introspection.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/**
 * What the profile looks for in features that sign responses and introspection: a response mode, client metadata and the
 * algorithms in discovery. The responses themselves are plain, since these tests are about what is demanded.
 */
export const signedAnswers: Feature = {
  name: 'signedAnswers',
  start: () => ({
    responseModes: [
      {
        name: 'jwt',
        respond: (_ctx, request, target, answer) => redirect(request, withParameters(target.redirectUri, answer)),
      },
    ],
    introspectionFormats: [
      {
        respond: (_ctx, { request }, introspection) =>
          Promise.resolve(request.headers.get('accept') === introspectionType ? json(200, introspection) : undefined),
      },
    ],
    clientMetadata: [
      { members: { authorization_signed_response_alg: v.string(), introspection_signed_response_alg: v.string() } },
    ],
    serverMetadata: {
      authorization_signing_alg_values_supported: ['ES256', 'RS256'],
      introspection_signing_alg_values_supported: ['ES256', 'RS256'],
    },
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
  signedAnswers,
]

/** A client that gets signed messages. */
export function messagesClient(world: World, input: ClientInput = {}): Promise<FapiClient> {
  return fapiClient(world, { ...({ authorization_signed_response_alg: 'ES256' } as ClientInput), ...input })
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
