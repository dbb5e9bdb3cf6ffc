import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { reachThrough } from '../../core/test/support/reach.ts'
import { notFound, serveEach } from '../../core/test/support/serve-each.ts'
import { oauth } from '../src/index.ts'

reachThrough(
  serveEach((provider) => {
    let app = new Hono().use(oauth(provider))
    if (process.env.OAUTH_TEST_MOUNT === 'nested') {
      // Mount an application for each part of the issuer's path, and the metadata documents that are outside of that path.
      const segments = new URL(provider.issuer).pathname.split('/').filter((segment) => segment !== '')
      for (const segment of segments.reverse()) app = new Hono().route(`/${segment}`, app)
      app.use('/.well-known/*', oauth(provider))
    }
    app.notFound(() => new Response(notFound.body, notFound.init))
    return getRequestListener(app.fetch, { overrideGlobalObjects: false })
  }),
)
