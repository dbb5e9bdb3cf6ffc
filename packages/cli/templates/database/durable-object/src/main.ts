import type { Provider } from '@oauth/core'
import { createServer, registerClients } from './oauth.ts'
import { pages } from './pages.ts'
import { requireReady } from './ready.ts'
import { openStorage } from './storage.ts'

// `wrangler types` writes complete types of the platform, to use instead of these.
interface Context {
  readonly storage: Parameters<typeof openStorage>[0] & {
    getAlarm(): Promise<number | null>
    setAlarm(milliseconds: number): Promise<void>
  }
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>
}

interface Env {
  readonly SERVER: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

/** Milliseconds between two deletions of expired data. */
const purgePause = 3600_000

/** The Durable Object that has the provider, its pages and its database. */
export class Server {
  readonly #context: Context
  readonly #provider: Provider

  constructor(context: Context) {
    this.#context = context
    this.#provider = createServer(openStorage(context.storage))
    // When this fails, requests fail as well, the log says why, and the next request makes the object anew.
    context.blockConcurrencyWhile(async () => {
      await requireReady(this.#provider)
      await registerClients(this.#provider)
      if ((await context.storage.getAlarm()) === null) await context.storage.setAlarm(Date.now() + purgePause)
    })
  }

  async fetch(request: Request): Promise<Response> {
    return this.#provider.matches(request) ? this.#provider.fetch(request) : pages(this.#provider, request)
  }

  /** The platform calls this at the time of the alarm. */
  async alarm(): Promise<void> {
    await this.#context.storage.setAlarm(Date.now() + purgePause)
    await this.#provider.purgeExpired()
  }
}

export default {
  /** Passes each request to the one object that is the server. */
  fetch(request: Request, env: Env): Promise<Response> {
    return env.SERVER.getByName('server').fetch(request)
  },
}
