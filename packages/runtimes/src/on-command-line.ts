// biome-ignore-all lint/suspicious/noConsole: the one way to print that all of these runtimes share
import type { Storage } from '@oauth/core'
import { publishedKeys, smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'
import { createServer } from './server.ts'

/** Returns the database file from the command line. All these runtimes have `process.argv`. */
export function databaseFile(): string {
  return process.argv[2] ?? ':memory:'
}

/** Runs the journey, and prints the runtime and the content of the storage at the end. */
export async function runOnCommandLine(storageName: string, storage: Storage): Promise<void> {
  const server = createServer(storage)
  // The second journey uses the keys of the first one, and a full cache.
  await smoke(server)
  await smoke(server)
  const clients = await server.provider.listClients({ limit: 1000 })
  const keys = await publishedKeys(server.provider)
  console.log(`ok ${runtimeName()}, ${storageName} with ${clients.length} clients and ${keys.length} keys`)
}
