import type { ClientInput, Feature, RegisteredClient } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { type Fapi2SecurityProfileOptions, fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { type PrivateKeyJwtOptions, privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { type Answer, createPkce, type Parameters, type Pkce, post, redirectUri } from './client.ts'
import { assertion, assertionType, type ClientKey, clientKey, registerWithKey } from './client-keys.ts'
import { makeProof, type ProofChanges } from './dpop.ts'
import { answerTo, authorizeWith, pushPath, requestOf } from './pushed-requests.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/** The features that the FAPI 2.0 Security Profile needs. Assertions may name endpoints, so that the profile has to narrow. */
export const fapiFeatures = (keys: PrivateKeyJwtOptions = { audiences: 'endpoints' }): readonly Feature[] => [
  privateKeyJwt(keys),
  pushedAuthorizationRequests({ lifetimeSeconds: 600 }),
  dpop(),
]

/** The options without which no provider with the profile starts. */
export const fapiOptions = { refreshTokenReuseWindowSeconds: 60 } as const

/** A server with the FAPI 2.0 Security Profile. */
export function fapiWorld(options: Fapi2SecurityProfileOptions = {}, world: WorldOptions = {}): World {
  const features = [...fapiFeatures(), ...(world.features ?? []), fapi2SecurityProfile(options)]
  return createQuickWorld({ ...fapiOptions, ...world, features })
}

/** The same server without the profile. */
export function plainWorld(world: WorldOptions = {}): World {
  return createQuickWorld({ ...fapiOptions, ...world, features: [...fapiFeatures(), ...(world.features ?? [])] })
}

/** A client that authenticates with a key, by an assertion for the issuer unless the changes say otherwise. */
export interface FapiClient {
  readonly world: World
  readonly registered: RegisteredClient
  readonly key: ClientKey
  post(path: string, form: Parameters, changes?: CallChanges): Promise<Answer>
}

export interface CallChanges {
  /** Claims of the assertion. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Another key that signs the assertion. */
  readonly key?: ClientKey
  /** Changes of the DPoP proof; `undefined` for none. */
  readonly proof?: ProofChanges | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export async function fapiClient(world: World, input: ClientInput = {}, algorithm = 'ES256'): Promise<FapiClient> {
  const key = await clientKey(algorithm)
  return clientOf(world, await registerWithKey(world, key, input), key)
}

/** The client of another process, or of one that was registered before. */
export function clientOf(world: World, registered: RegisteredClient, key: ClientKey): FapiClient {
  return {
    world,
    registered,
    key,
    async post(path, form, { claims, key: other = key, headers = {}, ...changes } = {}) {
      const jwt = await assertion(world, registered, other, claims)
      const proof = 'proof' in changes ? changes.proof : {}
      const htu = world.issuer + path
      const dpopHeader =
        proof === undefined ? {} : { dpop: await makeProof(world, { ...proof, claims: { htu, ...proof.claims } }) }
      const credentials = { client_assertion_type: assertionType, client_assertion: jwt }
      return post(world, path, { ...credentials, ...form }, { ...dpopHeader, ...headers })
    },
  }
}

/** Pushes a valid authorization request with these changes. */
export function pushAs(
  client: FapiClient,
  parameters: Parameters = {},
  { pkce = createPkce(), ...changes }: CallChanges & { readonly pkce?: Pkce } = {},
): Promise<Answer> {
  const form = requestOf(client.registered, pkce, { scope: 'openid email offline_access', ...parameters })
  return client.post(pushPath, form, { proof: undefined, ...changes })
}

export interface FapiCode {
  readonly parameters: URLSearchParams
  readonly form: Parameters
}

/** Runs a pushed authorization request to its code. */
export async function codeOf(client: FapiClient, parameters: Parameters = {}): Promise<FapiCode> {
  const { world, registered } = client
  const pkce = createPkce()
  const { status, body } = await pushAs(client, parameters, { pkce })
  if (status !== 201) throw new Error(`not pushed: ${status} ${JSON.stringify(body)}`)
  const answer = await answerTo(world.browser(), authorizeWith(world, registered, body.request_uri))
  return {
    parameters: answer,
    form: {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: pkce.verifier,
    },
  }
}

export function tokenAs(client: FapiClient, form: Parameters, changes?: CallChanges): Promise<Answer> {
  return client.post('/oauth2/token', form, changes)
}
