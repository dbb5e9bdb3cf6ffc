import type { Env } from './env.ts'
import { createIdentity, type Identity } from './identity.ts'

/**
 * One for all requests of this isolate, made with the first: a module may do no I/O and make no random numbers while it
 * loads, and does not know its `env` either.
 */
let identity: Identity | undefined

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    identity ??= createIdentity(env)
    return identity.fetch(request)
  },
}
