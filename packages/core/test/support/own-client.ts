import { expect } from 'vitest'
import { redirectUri } from './client.ts'
import { rpcOf } from './rpc.ts'
import { alice, createWorld, type WorldOptions } from './world.ts'

export const display = {
  client_name: 'Diary',
  client_uri: 'https://app.example.com/',
  logo_uri: 'https://app.example.com/logo.png',
  contacts: ['help@app.example.com'],
  tos_uri: 'https://app.example.com/tos',
  policy_uri: 'https://app.example.com/policy',
}
export const input = { ...display, redirect_uris: [redirectUri], scope: 'openid notes:read' }
/** The members that only administrators and server-side calls may set. */
export const restricted = {
  skip_consent: true,
  enable_end_session: true,
  require_pkce: false,
  subject_type: 'pairwise',
  client_secret_expires_at: 4_000_000_000,
  resources: ['https://api.example.com'],
  introspect_without_resource: true,
  metadata: { tier: 'gold' },
}

/** A client that alice created with the endpoint for a user's own clients. */
export async function startOwn(options: WorldOptions = {}) {
  const world = createWorld(options)
  const rpc = rpcOf(world, alice)
  const created = await rpc.post('/oauth2/create-client', input)
  return { world, rpc, created, client: created.body, client_id: created.body.client_id as string }
}

export function expectNotStored({ headers }: { readonly headers: Headers }): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('pragma')).toBe('no-cache')
}
