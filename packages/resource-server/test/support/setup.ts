import type { RegisteredClient, Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import {
  createTokenVerifier,
  type RemoteVerifierOptions,
  ResourceError,
  type TokenVerifier,
} from '@oauth/resource-server'
import { expect } from 'vitest'
import { getTokens, type Parameters, postAs, registerConfidential } from '../../../core/test/support/client.ts'
import { createWorld, type World, type WorldOptions } from '../../../core/test/support/world.ts'
import { createNetwork, type Network } from './network.ts'

export const api = 'https://api.example.com'
export const files = 'https://files.example.com/v1'

/** Makes a real provider behind a network, a client with tokens, and a verifier for the API. */
export interface Setup {
  readonly world: World
  readonly network: Network
  readonly client: RegisteredClient
  readonly verifier: TokenVerifier
  verifierWith(options: Partial<RemoteVerifierOptions>): TokenVerifier
}

export async function setUp(
  options: Partial<RemoteVerifierOptions> = {},
  worldOptions: WorldOptions = {},
): Promise<Setup> {
  // Use no RSA, because its keys take long to make.
  const world = createWorld({ idTokenSigningAlgorithm: 'ES256', accessTokenSigningAlgorithm: 'ES256', ...worldOptions })
  const network = createNetwork(world.provider.fetch)
  const client = await registerConfidential(world)
  const verifierWith = (more: Partial<RemoteVerifierOptions>): TokenVerifier =>
    createTokenVerifier({
      issuer: world.issuer,
      audience: api,
      clock: world.clock,
      fetch: network.fetch,
      ...options,
      ...more,
    })
  return { world, network, client, verifier: verifierWith({}), verifierWith }
}

/** Gets an access token by client_credentials: a JWT for the resource, or an opaque token. */
export async function machineToken({ world, client }: Pick<Setup, 'world' | 'client'>, form: Parameters = {}) {
  const answer = await postAs(world, client, '/oauth2/token', {
    grant_type: 'client_credentials',
    scope: 'notes:read',
    resource: api,
    ...form,
  })
  expect(answer.status).toBe(200)
  return answer.body.access_token as string
}

/** Gets the tokens of a user's client for the resource, or for the given token request. */
export function userTokens(
  { world, client }: Pick<Setup, 'world' | 'client'>,
  scope = 'openid notes:read offline_access',
  form: Parameters = { resource: api },
): Promise<{ readonly access_token: string; readonly id_token: string; readonly refresh_token: string }> {
  return getTokens(world, client, { scope }, form)
}

/** Wraps a storage so that its opaque tokens are for this resource, as those of a server without JWTs. */
export function opaqueFor(audience: string, storage: Storage = memoryStorage()): Storage {
  const { accessTokens } = storage
  return {
    ...storage,
    accessTokens: {
      ...accessTokens,
      async find(id) {
        const found = await accessTokens.find(id)
        return found && { ...found, token: { ...found.token, audience: [audience] } }
      },
    },
  }
}

/** Registers the API as a client, for introspection. */
export async function registerApi(world: World, clientId: string = api) {
  const { client_id, client_secret = '' } = await registerConfidential(world, {
    client_id: clientId,
    client_name: 'API',
    redirect_uris: [],
    grant_types: ['client_credentials'],
  })
  return { clientId: client_id, clientSecret: client_secret }
}

export async function refusal(promise: Promise<unknown>): Promise<ResourceError> {
  const error = await promise.then(
    (value) => expect.fail(`was not refused: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ResourceError)
  return error as ResourceError
}

export async function refusalCode(promise: Promise<unknown>): Promise<string> {
  return (await refusal(promise)).code
}
