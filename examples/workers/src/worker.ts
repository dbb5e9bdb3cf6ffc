import type { Env, ObjectContext } from './env.ts'
import { createIdentity, type Identity as Server } from './identity.ts'

/** Milliseconds between two deletions of expired data. */
const purgePause = 3600_000

/**
 * The Durable Object that is the authorization server: the provider, the pages, and the SQLite database with everything that
 * they keep. All requests of an object run in one thread, beside its database.
 */
export class Identity {
  readonly #context: ObjectContext
  readonly #server: Server

  constructor(context: ObjectContext, env: Env) {
    this.#context = context
    this.#server = createIdentity(env, context.storage)
    context.blockConcurrencyWhile(async () => {
      if ((await context.storage.getAlarm()) === null) await context.storage.setAlarm(Date.now() + purgePause)
    })
  }

  fetch(request: Request): Promise<Response> {
    return this.#server.fetch(request)
  }

  /** The platform calls this at the time of the alarm, also in an object that no request has woken. */
  async alarm(): Promise<void> {
    await this.#context.storage.setAlarm(Date.now() + purgePause)
    await this.#server.purgeExpired()
  }
}

export default {
  /** Passes each request to the one object. A Worker with several issuers has an object for each of them. */
  fetch(request: Request, env: Env): Promise<Response> {
    return env.IDENTITY.getByName('identity').fetch(request)
  },
}
