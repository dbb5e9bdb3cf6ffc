import type { Provider } from '@oauth/core'
import { type D1Client, migrateD1 } from '@oauth/kysely/d1'
import { createServer, registerClients } from './oauth.ts'
import { requireReady } from './ready.ts'
import { openStorage, serveStorage } from './storage.ts'

let server: Provider | undefined

/**
 * Returns the provider of this isolate. The first request makes it, creates or migrates the tables, and checks that it can serve.
 * Requests that come meanwhile do so as well, because on Workers a promise may end with the request that began it. The first provider
 * whose start is over is kept.
 */
export async function start(database: D1Client): Promise<Provider> {
  if (server !== undefined) return server
  const storage = openStorage(database)
  const made = createServer(storage)
  // Without it, the first check would log that the tables are missing.
  if ((await storage.check?.()) !== undefined) await migrateD1(database)
  await requireReady(made)
  // Another isolate may register the clients at the same moment; then they are there at the second look.
  await registerClients(made).catch(() => registerClients(made))
  if (server === undefined) {
    server = made
    serveStorage(storage)
  }
  return server
}
