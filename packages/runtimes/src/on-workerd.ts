import { memoryStorage } from '@oauth/core/memory'
import { smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'
import { createServer } from './server.ts'

const server = createServer(memoryStorage())

export default {
  async fetch(): Promise<Response> {
    try {
      await smoke(server)
      return new Response(`ok ${runtimeName()}, memory`)
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 })
    }
  },
}
