import { readFileSync } from 'node:fs'
import type { ClientInput, Provider } from '@oauth/core'

/** Reads the clients that a suite knows by their ids: a list of client metadata in JSON. */
export function readClients(path: string): readonly ClientInput[] {
  const clients: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (Array.isArray(clients)) return clients
  throw new Error(`CLIENTS: the file "${path}" is no list of clients.`)
}

/** Registers the clients that the database does not have. */
export async function registerClients(provider: Provider, clients: readonly ClientInput[]): Promise<void> {
  for (const client of clients) {
    const known = client.client_id === undefined ? undefined : await provider.getClient(client.client_id)
    if (known === undefined) await provider.registerClient(client)
  }
}
