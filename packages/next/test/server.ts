import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Mountable } from '@oauth/core'
import createNext from 'next'

// The production server of the application that `build-app.ts` has built. Its code is a separate module graph, so a test
// passes its provider through the global object.
const providers = new AsyncLocalStorage<Mountable>()
Object.assign(globalThis, { oauthTestProvider: providers })

const next = createNext as unknown as typeof createNext.default
const app = next({ dev: false, dir: join(import.meta.dirname, 'app') })
await app.prepare()
const handle = app.getRequestHandler()

/** Starts the application of the tests with this provider behind its routes. */
export function listenerOf(provider: Mountable): RequestListener {
  return (incoming, outgoing) => void providers.run(provider, () => handle(incoming, outgoing))
}
