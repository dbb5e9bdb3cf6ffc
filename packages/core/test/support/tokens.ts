import type { RegisteredClient } from '@oauth/core'
import { type Answer, isActive, postAs, registerConfidential } from './client.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

export const api = 'https://api.example.com'

/** A world that signs with ES256 alone, whose keys are generated a hundred times faster than RSA keys. */
export function createQuickWorld(options: WorldOptions = {}): World {
  return createWorld({ idTokenSigningAlgorithm: 'ES256', accessTokenSigningAlgorithm: 'ES256', ...options })
}

export async function introspect(world: World, client: RegisteredClient, token: string): Promise<Answer> {
  return postAs(world, client, '/oauth2/introspect', { token })
}

/** A resource server: a client whose id is the audience of the access tokens that it receives. */
export function registerResourceServer(world: World): Promise<RegisteredClient> {
  return registerConfidential(world, {
    client_id: api,
    client_name: 'API',
    redirect_uris: [],
    grant_types: ['client_credentials'],
  })
}

export function grantOf(world: World, accessToken: string): Promise<string> {
  return world.provider.verifyAccessToken(accessToken).then((verified) => {
    if (verified?.grantId === undefined) throw new Error('the token has no grant')
    return verified.grantId
  })
}

/** Returns which of these access tokens are active. */
export async function activeOf(world: World, tokens: readonly string[]): Promise<readonly string[]> {
  const checks = await Promise.all(tokens.map((token) => isActive(world, token)))
  return tokens.filter((_, index) => checks[index])
}

/** Returns the id of the stored record of a refresh token or code. */
export function idOf(credential: string): string {
  return credential.slice(0, 25)
}
