import { protectedResource } from '@oauth/hono/resource-server'
import type { Clock } from '@oauth/resource-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'

export interface PrintApiOptions {
  /** The URL of the API, which is the audience of its tokens. */
  readonly resource: string
  readonly issuer: string
  /** The client ids of the servers that may print for users. */
  readonly callers: readonly string[]
  /** The clock. Tests set it. */
  readonly clock?: Clock
}

/** An API behind the MCP server. It prints for users, and takes orders from the servers that it knows alone. */
export function createPrintApi(options: PrintApiOptions): { fetch(request: Request): Response | Promise<Response> } {
  const { resource, issuer, callers, clock } = options
  const api = protectedResource({
    resource,
    authorizationServer: { issuer, ...(clock !== undefined && { clock }) },
    scopes: ['notes:read'],
  })
  let orders = 0

  const app = new Hono()
  app.use(api.metadata)
  app.post(new URL(resource).pathname, bodyLimit({ maxSize: 64 * 1024 }), api.protect(), async (c) => {
    const { subject, claims } = c.get('auth')
    // `sub` is the user, whose pages these are. `act` is the program that sends them, and it decides who gets in.
    const sentBy = actorOf(claims)
    if (sentBy === undefined || !callers.includes(sentBy)) return c.json({ error: 'this caller may not print' }, 403)
    const lines = (await c.req.text()).split('\n').length
    return c.json({ order: ++orders, owner: subject, sentBy, lines })
  })
  return app
}

/** The program that acts with a token: the outermost `act`, which alone counts (RFC 8693 section 4.1). */
function actorOf({ act }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof act !== 'object' || act === null || !('sub' in act)) return undefined
  return typeof act.sub === 'string' ? act.sub : undefined
}
