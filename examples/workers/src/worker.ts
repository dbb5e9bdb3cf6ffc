import type { Env } from './env.ts'
import { createIdentity, type Identity } from './identity.ts'

/**
 * The provider for all requests of this isolate, made at the first request: while a module loads, it may do no I/O, make no
 * random numbers, and has no `env`.
 */
let identity: Identity | undefined

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    identity ??= createIdentity(env)
    return identity.fetch(request)
  },
}
