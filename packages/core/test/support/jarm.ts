import type { RegisteredClient } from '@oauth/core'
import { type JarmOptions, jarm } from '@oauth/core/features/jarm'
import { createLocalJWKSet, type decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { fetchJwks } from './keys.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/** The response modes of JARM. */
export const signedModes = ['query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt'] as const

/** A server with signed authorization responses, and further features. */
export function jarmWorld(options: JarmOptions = {}, { features = [], ...world }: WorldOptions = {}): World {
  return createQuickWorld({ features: [...features, jarm(options)], ...world })
}

/** A verified authorization response. */
export interface ReadResponse {
  readonly claims: JWTPayload
  readonly header: ReturnType<typeof decodeProtectedHeader>
}

/** Verifies the JWT of an authorization response as a client does: signature, issuer, audience and expiry. */
export async function readResponse(
  world: World,
  client: Pick<RegisteredClient, 'client_id'>,
  jwt: string | null | undefined,
): Promise<ReadResponse> {
  const keys = createLocalJWKSet({ keys: [...(await fetchJwks(world)).keys] })
  const { payload, protectedHeader } = await jwtVerify(String(jwt), keys, {
    issuer: world.issuer,
    audience: client.client_id,
    requiredClaims: ['exp'],
    currentDate: new Date(world.clock.now() * 1000),
  })
  return { claims: payload, header: protectedHeader }
}

/** The parameters in a URL, which must be `response` alone, and the verified response. */
export async function readQuery(
  world: World,
  client: Pick<RegisteredClient, 'client_id'>,
  url: string | null | undefined,
): Promise<ReadResponse> {
  const { searchParams, hash } = new URL(String(url))
  expect([...searchParams.keys()]).toEqual(['response'])
  expect(hash).toBe('')
  return readResponse(world, client, searchParams.get('response'))
}
