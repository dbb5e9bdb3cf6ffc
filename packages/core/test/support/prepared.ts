import type { RegisteredClient } from '@oauth/core'
import { type Authorized, authorize, credentials, getTokens, redirectUri, registerConfidential } from './client.ts'
import { watchStorage } from './watched-storage.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

export interface Prepared {
  readonly world: World
  readonly client: RegisteredClient
  // biome-ignore lint/suspicious/noExplicitAny: a token response, read by assertions
  readonly tokens: any
  /** A code that the client has not redeemed. */
  readonly authorized: Authorized
  /** The client's credentials. */
  readonly headers: Record<string, string>
  /** The storage writes since the preparation. */
  readonly writes: string[]
}

/** Scopes without `openid`, so that the server needs no RSA key, which is slow to generate. */
export const plainScope = 'notes:read notes:write offline_access'

/** A world with a client, tokens and a code, and an empty record of writes. */
export async function prepare(options: WorldOptions = {}): Promise<Prepared> {
  const { storage, writes } = watchStorage()
  const world = createWorld({ ...options, storage })
  const client = await registerConfidential(world)
  const tokens = await getTokens(world, client, { scope: plainScope })
  const authorized = await authorize(world, client, { scope: plainScope })
  const { headers } = credentials(client)
  writes.length = 0
  return { world, client, tokens, authorized, headers, writes }
}

/** The form that redeems the code. */
export function codeForm({ code, pkce }: Authorized): string {
  return new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: pkce.verifier,
  }).toString()
}
