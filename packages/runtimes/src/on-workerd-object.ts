import { type DurableObjectDatabase, durableObjectStorage } from '@oauth/kysely/durable-object'
import { answerJourney } from './answer-journey.ts'
import { createServer, type Server } from './server.ts'

interface Env {
  readonly OBJECT: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

/** The whole server in a Durable Object, with its SQLite. */
export class ServerObject {
  readonly #server: Server

  constructor({ storage }: { readonly storage: DurableObjectDatabase }) {
    this.#server = createServer(durableObjectStorage(storage))
  }

  fetch(): Promise<Response> {
    return answerJourney(this.#server, 'a Durable Object')
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.OBJECT.getByName('server').fetch(request),
}
