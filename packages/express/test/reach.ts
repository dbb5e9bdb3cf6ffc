import express from 'express'
// @ts-expect-error Express 4 under another name, for which there are no types.
import express4 from 'express4'
import { reachThrough } from '../../core/test/support/reach.ts'
import { notFound, serveEach } from '../../core/test/support/serve-each.ts'
import { oauth } from '../src/index.ts'

const { OAUTH_TEST_EXPRESS, OAUTH_TEST_MOUNT, OAUTH_TEST_PARSERS } = process.env
const create = OAUTH_TEST_EXPRESS === '4' ? (express4 as typeof express) : express

/** A body parser in front of the provider refuses a malformed body itself, and the host configures the response. */
const malformed: express.ErrorRequestHandler = (error, _req, res, next) => {
  if (error.type !== 'entity.parse.failed') return next(error)
  res.writeHead(400, notFound.init.headers).end('{"error":"invalid_request"}')
}

const host: express.RequestHandler = (_req, res) => void res.writeHead(404, notFound.init.headers).end(notFound.body)

reachThrough(
  serveEach((provider) => {
    const app = create()
    if (OAUTH_TEST_PARSERS !== undefined) app.use(create.json(), create.urlencoded({ extended: true }))
    if (OAUTH_TEST_MOUNT === 'nested') {
      // Mount a router for each part of the issuer's path, and the metadata documents that are outside of that path.
      const segments = new URL(provider.issuer).pathname.split('/').filter((segment) => segment !== '')
      const mounted = segments.reduceRight(
        (inner, segment) => create.Router().use(`/${segment}`, inner) as never,
        oauth(provider),
      )
      app.use(mounted).use('/.well-known', oauth(provider))
    } else app.use(oauth(provider))
    return app.use(host, malformed)
  }),
)
