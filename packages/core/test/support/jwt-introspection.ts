import type { RegisteredClient } from '@oauth/core'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { createLocalJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { credentials, type Parameters } from './client.ts'
import { fetchJwks } from './keys.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

export const introspectionType = 'application/token-introspection+jwt'

/** A server with introspection responses as JWTs, and further features. */
export function introspectionWorld({ features = [], ...world }: WorldOptions = {}): World {
  return createQuickWorld({ features: [...features, jwtIntrospection()], ...world })
}

/** Introspects a token with this header `Accept`, or `null` for none, and does not read the response. */
export function introspectAccepting(
  world: World,
  client: RegisteredClient,
  token: string,
  accept: string | null = introspectionType,
): Promise<Response> {
  const { headers, form } = credentials(client)
  return introspectWith(world, { ...form, token }, { ...headers, accept: accept ?? undefined })
}

export function introspectWith(
  world: World,
  form: Readonly<Record<string, string>>,
  headers: Parameters,
): Promise<Response> {
  const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return world.provider.fetch(
    new Request(`${world.issuer}/oauth2/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...Object.fromEntries(sent) },
      body: new URLSearchParams(form).toString(),
    }),
  )
}

/** Verifies an introspection response as an API does. */
export async function readIntrospection(
  world: World,
  client: Pick<RegisteredClient, 'client_id'>,
  jwt: string,
): Promise<JWTVerifyResult<JWTPayload & { readonly token_introspection: Readonly<Record<string, unknown>> }>> {
  const keys = createLocalJWKSet({ keys: [...(await fetchJwks(world)).keys] })
  return jwtVerify(jwt, keys, {
    typ: 'token-introspection+jwt',
    issuer: world.issuer,
    audience: client.client_id,
    requiredClaims: ['iat', 'token_introspection'],
    currentDate: new Date(world.clock.now() * 1000),
  })
}
