import { memoryStorage } from '@oauth/core/memory'
import { expect } from 'vitest'
import { authorize, redirectUri, registerConfidential } from './client.ts'
import type { Rpc } from './rpc.ts'
import { wrapStorage } from './storage.ts'
import { alice, createWorld, type WorldOptions } from './world.ts'

/** The metadata that a caller registers. */
export const input = { redirect_uris: [redirectUri], client_name: 'Diary', scope: 'openid' }

/** A client of alice, a consent of alice, and a record of every storage call after that. */
export async function startManaged(options: WorldOptions = {}) {
  const calls: string[] = []
  const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
    calls.push(name)
    return run()
  })
  const world = createWorld({ storage, allowPublicClientPrelogin: true, ...options })
  const client = await registerConfidential(world, { user_id: alice.id, client_name: 'Diary' })
  await authorize(world, client, { scope: 'notes:read' })
  const [consent] = await world.provider.listConsents(alice.id)
  const before = JSON.stringify(await world.provider.getClient(client.client_id))
  calls.length = 0
  return { world, calls, client, client_id: client.client_id, id: consent?.id as string, before }
}

/** Expects that neither the client nor the consent has changed. */
export const expectUnchanged = async ({
  world,
  client_id,
  id,
  before,
}: Awaited<ReturnType<typeof startManaged>>): Promise<void> => {
  expect(JSON.stringify(await world.provider.getClient(client_id))).toBe(before)
  expect((await world.storage.consents.findById(id))?.scope).toEqual(['notes:read'])
}

export type Route = (
  rpc: Rpc,
  ids: { readonly client_id: string; readonly id: string },
  headers?: HeadersInit,
) => unknown

const updateOf = { client_name: 'Stolen', redirect_uris: ['https://evil.test/cb'] }
export const questions: Readonly<
  Record<string, (rpc: Rpc, ids: { client_id: string; id: string }) => ReturnType<Rpc['get']>>
> = {
  'get-client': (rpc, { client_id }) => rpc.get('/oauth2/get-client', { client_id }),
  'get-consent': (rpc, { id }) => rpc.get('/oauth2/get-consent', { id }),
}
export const orders: Readonly<
  Record<string, (rpc: Rpc, ids: { client_id: string; id: string }, headers?: HeadersInit) => ReturnType<Rpc['post']>>
> = {
  'update-client': (rpc, { client_id }, headers = {}) =>
    rpc.post('/oauth2/update-client', { client_id, update: updateOf }, { headers }),
  'delete-client': (rpc, { client_id }, headers = {}) => rpc.post('/oauth2/delete-client', { client_id }, { headers }),
  'rotate-secret': (rpc, { client_id }, headers = {}) =>
    rpc.post('/oauth2/client/rotate-secret', { client_id }, { headers }),
  'update-consent': (rpc, { id }, headers = {}) =>
    rpc.post('/oauth2/update-consent', { id, update: { scopes: ['notes:read'] } }, { headers }),
  'delete-consent': (rpc, { id }, headers = {}) => rpc.post('/oauth2/delete-consent', { id }, { headers }),
}
export const byId: Readonly<Record<string, Route>> = { ...questions, ...orders }
export const signedInOnly: Readonly<Record<string, Route>> = {
  ...byId,
  'create-client': (rpc) => rpc.post('/oauth2/create-client', input),
  'get-clients': (rpc) => rpc.get('/oauth2/get-clients'),
  'get-consents': (rpc) => rpc.get('/oauth2/get-consents'),
  'public-client': (rpc, { client_id }) => rpc.get('/oauth2/public-client', { client_id }),
}
