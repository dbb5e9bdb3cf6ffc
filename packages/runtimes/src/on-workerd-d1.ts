import { type D1Client, d1Storage, migrateD1 } from '@oauth/kysely/d1'
import { answerJourney } from './answer-journey.ts'
import { createServer, type Server } from './server.ts'

export { SimulatedD1 } from '../../kysely/test/workerd/simulated-d1.ts'

interface Env {
  readonly DB: D1Client
  readonly OBJECT: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

let server: Server | undefined

export default {
  async fetch(_request: Request, env: Env): Promise<Response> {
    await migrateD1(env.DB)
    server ??= createServer(d1Storage(env.DB))
    return answerJourney(server, 'D1')
  },
}

/** The service behind the binding `DB`. */
export const d1Service = {
  fetch: (request: Request, env: Env): Promise<Response> => env.OBJECT.getByName('database').fetch(request),
}
