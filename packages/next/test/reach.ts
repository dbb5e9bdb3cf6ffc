import { AsyncLocalStorage } from 'node:async_hooks'
import { join } from 'node:path'
import type { Provider } from '@oauth/core'
import createNext from 'next'
import { reachThrough } from '../../core/test/support/reach.ts'
import { serveEach } from '../../core/test/support/serve-each.ts'

// The production server of an application that `build-app.ts` has built. Its code is another module graph: a provider of
// a test gets there through the global object.
const providers = new AsyncLocalStorage<Provider>()
Object.assign(globalThis, { oauthTestProvider: providers })

const next = createNext as unknown as typeof createNext.default
const app = next({ dev: false, dir: join(import.meta.dirname, 'app') })
await app.prepare()
const handle = app.getRequestHandler()

reachThrough(
  serveEach((provider) => (incoming, outgoing) => {
    void providers.run(provider, () => handle(incoming, outgoing))
  }),
)
