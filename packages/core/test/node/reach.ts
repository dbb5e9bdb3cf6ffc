import { nodeListener } from '@oauth/core/node'
import { reachThrough } from '../support/reach.ts'
import { notFound, serveEach } from '../support/serve-each.ts'

/** Serves the paths that are not the provider's, as the other mounts' hosts do. */
const host = (): Response => new Response(notFound.body, notFound.init)

reachThrough(serveEach((provider) => nodeListener(provider, host)))
