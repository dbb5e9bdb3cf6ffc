import type { D1Client } from '@oauth/kysely/d1'
import { pages } from './pages.ts'
import { start } from './start.ts'

// `wrangler types` writes complete types of the platform, to use instead of these.
interface Env {
  readonly DB: D1Client
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const server = await start(env.DB)
    return server.matches(request) ? server.fetch(request) : pages(server, request)
  },

  /** The platform calls this at the times of wrangler.jsonc. It deletes what has expired. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const server = await start(env.DB)
    await server.purgeExpired()
  },
}
