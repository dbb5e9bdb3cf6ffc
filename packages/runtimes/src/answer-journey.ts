import { publishedKeys, smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'
import type { Server } from './server.ts'

/** Runs the journey, and answers with the runtime and whether the storage has its content. */
export async function answerJourney(server: Server, storageName: string): Promise<Response> {
  try {
    await smoke(server)
    const clients = await server.provider.listClients({ limit: 1000 })
    const keys = await publishedKeys(server.provider)
    return new Response(`ok ${runtimeName()}, ${storageName} with ${clients.length} clients and ${keys.length} keys`)
  } catch (error) {
    return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 })
  }
}
