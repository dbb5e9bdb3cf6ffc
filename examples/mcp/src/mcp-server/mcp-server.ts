import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { type AuthEnv, protectedResource } from '@oauth/hono/resource-server'
import { type Clock, ResourceError, requireScopes } from '@oauth/resource-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { healthPages, type Readiness } from '../../../shared/src/health.ts'
import { createNotesServer, type Notes, scopesOf } from './notes.ts'
import { createPrinter } from './printer.ts'

export interface McpServerOptions {
  /** The URL that clients connect to. It is the `resource` of their token requests and the audience of their tokens. */
  readonly resource: string
  /** The issuer of the authorization server. Everything else about it is in its metadata. */
  readonly issuer: string
  /** The client id of this server at the authorization server, for introspection. It is not the id of any agent. */
  readonly clientId: string
  /** The secret of that client. */
  readonly secret: string
  /** The URL of an API that prints notes. Without it there is no tool for printing. */
  readonly printApi?: string
  readonly allowedOrigins: readonly string[]
  readonly onError?: (error: unknown) => void
  /** The clock. Tests set it. */
  readonly clock?: Clock
}

/** The scopes that every request needs. A tool may need more. */
const scopes = ['notes:read']

/** An MCP server (streamable HTTP, stateless) for callers with an access token. */
export function createMcpServer(options: McpServerOptions): { fetch(request: Request): Response | Promise<Response> } {
  const { resource, issuer, clientId, secret, printApi, allowedOrigins, onError, clock } = options
  const api = protectedResource({
    resource,
    authorizationServer: {
      issuer,
      // Only introspection shows that a JWT was revoked; its signature does not.
      introspection: { clientId, clientSecret: secret, jwts: true },
      ...(clock !== undefined && { clock }),
    },
    scopes,
    metadata: { resourceName: 'Notes' },
    allowedOrigins,
    onError: ({ code, cause }) => code === 'temporarily_unavailable' && onError?.(cause),
  })
  const notes: Notes = new Map()
  const print = printApi === undefined ? undefined : createPrinter({ printApi, issuer, clientId, secret })

  const serve = async (c: Context<AuthEnv>): Promise<Response> => {
    // This server sends only responses, so there is no stream to open and no session to end.
    if (c.req.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const message: unknown = await c.req.json().catch(() => undefined)
    if (message === undefined) return parseError()
    // Name all missing scopes in one challenge, so that the client asks once for the whole request.
    const auth = c.get('auth')
    const needed = scopesOf(message)
    if (needed.length > 0) requireScopes(auth, [...scopes, ...needed])

    const server = createNotesServer(notes, { user: auth.subject, token: auth.token, print })
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    // Pass on the parsed message, so that the checked message is the one that is executed.
    const response = await transport.handleRequest(c.req.raw, { parsedBody: message, authInfo: auth })
    await server.close()
    return response
  }

  const health = healthPages(
    () => isServerThere(issuer),
    (problem) => onError?.(problem),
  )

  const app = new Hono()
  app.use((c, next) => health(c.req.raw) ?? next())
  app.use(api.metadata)
  const path = new URL(resource).pathname
  app.all(path, onlyFrom(allowedOrigins), bodyLimit({ maxSize: 256 * 1024 }), api.protect(), serve)
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    // `protect` answers these with a challenge, whatever is returned here.
    if (!(error instanceof ResourceError)) onError?.(error)
    return Response.json({ error: 'server_error' }, { status: 500 })
  })
  return app
}

/** Answers 503, because no token can be verified without the authorization server. */
async function isServerThere(issuer: string): Promise<Readiness> {
  const { ok, status } = await fetch(`${issuer}/jwks`, { signal: AbortSignal.timeout(2000) })
  return { ok, checks: [{ name: 'authorization server', ok, ...(!ok && { problem: `status ${status}` }) }] }
}

/** Refuses scripts of unknown origins. Only browsers send an `Origin` (MCP, streamable HTTP). */
function onlyFrom(allowed: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined && !allowed.includes(origin)) return c.json({ error: 'this origin is not allowed' }, 403)
    return next()
  }
}

function parseError(): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } }, { status: 400 })
}
