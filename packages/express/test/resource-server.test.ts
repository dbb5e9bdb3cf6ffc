import type { ServerResponse } from 'node:http'
import type { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import type { AuthInfo as SdkAuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Express, Request, RequestHandler, Response } from 'express'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'
import { type Listening, listen } from '../../core/test/support/adapter-suite.ts'
import { answerOf } from '../../resource-server/test/support/echo.ts'
import { describeMiddleware } from '../../resource-server/test/support/middleware-suite.ts'
import { type AuthInfo, authOf, protectedResource } from '../src/resource-server.ts'
import { answerError, majors } from './support.ts'

const textOf = async (req: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Express 4 does not see that a handler's promise rejects. */
const echo: RequestHandler = (req: Request, res: Response, next) => {
  const answer = answerOf(req.originalUrl, authOf(req), () => textOf(req))
  answer.then((body) => res.json(body)).catch(next)
}

for (const [name, create] of majors) {
  describeMiddleware(name, (options) => {
    const api = protectedResource(options)
    return create()
      .use(api.metadata)
      .use('/v1', api.protect())
      .all('/v1/write', api.protect({ scopes: ['notes:write'] }), echo)
      .use('/v1', create.Router().use(echo))
      .get('/open', (_req, res) => void res.send('open'))
      .use(api.errors)
      .use(answerError)
  })
}

const token = {
  clientId: 'a-client',
  userId: 'ada',
  scopes: ['notes:read'],
  audience: ['https://api.example.com/mcp'],
  issuedAt: 0,
  expiresAt: 4_000_000_000,
}
const resource = 'https://api.example.com/mcp'
const issuer = 'https://id.example.com'
const options = {
  resource,
  authorizationServer: { issuer, verifyWith: async (text: string) => (text === 'good' ? token : undefined) },
}
const headers = { authorization: 'Bearer good' }

describe.each(majors)('the middlewares of a resource, %s', (_name, create) => {
  let server: Listening | undefined
  afterEach(() => server?.close())
  const start = async (app: Express): Promise<Listening> => {
    server = await listen(app)
    return server
  }

  test('a handler behind protect gets the caller from authOf and at req.auth, in a router under a path too', async () => {
    const api = protectedResource(options)
    const handler: RequestHandler = (req, res) => {
      res.json([req.url, authOf(req).subject, (req as { auth?: unknown }).auth === authOf(req)])
    }
    const { ask } = await start(create().use('/mcp', create.Router().use(api.protect()).get('/notes', handler)))
    expect((await ask('/mcp/notes', { headers })).text).toBe('["/notes","ada",true]')
  })

  test('authOf throws in a handler that no protect middleware is before, also where other code has set req.auth', async () => {
    const other: RequestHandler = (req, _res, next) => {
      Object.assign(req, { auth: { subject: 'forged' } })
      next()
    }
    const app = create().use(other, (req, res) => void res.json(authOf(req)))
    const { ask } = await start(app.use(answerError))
    expect((await ask('/mcp', { headers })).status).toBe(500)
  })

  test('the headers of earlier handlers stay, and cors() before the middleware decides about origins', async () => {
    const cors: RequestHandler = (_req, res, next) => {
      res.setHeader('access-control-allow-origin', 'https://app.example.com')
      res.setHeader('access-control-expose-headers', 'X-Request-Id')
      res.setHeader('vary', 'Origin')
      next()
    }
    const api = protectedResource({ ...options, allowedOrigins: ['https://other.example.com'] })
    const { ask } = await start(create().use(cors, api.protect(), (_req, res) => void res.send('passed')))
    for (const sent of [{}, headers]) {
      const answer = await ask('/mcp', { headers: { ...sent, origin: 'https://other.example.com' } })
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
      expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id')
      expect(answer.headers.get('vary')).toContain('Origin')
    }
    const refused = await ask('/mcp')
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  })

  test('an origin that cors() before the middleware has not allowed gets no permission from the middleware', async () => {
    const cors: RequestHandler = (_req, res, next) => {
      res.setHeader('vary', 'Accept, Origin')
      next()
    }
    const app = create().use(cors, protectedResource(options).protect(), (_req, res) => void res.send('passed'))
    const { ask } = await start(app)
    for (const sent of [{}, headers]) {
      const answer = await ask('/mcp', { headers: { ...sent, origin: 'https://evil.example' } })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('the transport of MCP’s SDK passes the caller on to its tools', async () => {
    const api = protectedResource(options)
    const app = create().post('/mcp', api.protect(), create.json(), async (req, res) => {
      const mcp = new McpServer({ name: 'notes', version: '1.0.0' })
      mcp.registerTool('whoami', { description: 'Says who calls' }, ({ authInfo }) => ({
        content: [
          { type: 'text', text: JSON.stringify([authInfo?.clientId, authInfo?.scopes, authInfo?.extra?.subject]) },
        ],
      }))
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
      await mcp.connect(transport as never)
      await transport.handleRequest(req, res, req.body)
    })
    const { ask } = await start(app)
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }
    const json = { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const { status, text } = await ask('/mcp', { method: 'POST', headers: json, body: JSON.stringify(call) })
    expect([status, JSON.parse(text).result?.content[0].text]).toEqual([200, '["a-client",["notes:read"],"ada"]'])
  })

  test('a body parser after the middleware reads the body', async () => {
    const api = protectedResource(options)
    const app = create().post('/mcp', api.protect(), create.json(), (req, res) => void res.json(req.body))
    const { ask } = await start(app)
    const json = { ...headers, 'content-type': 'application/json' }
    expect((await ask('/mcp', { method: 'POST', headers: json, body: '{"a":["ü"]}' })).text).toBe('{"a":["ü"]}')
  })

  test('an error of a later handler reaches the error handler once, and another error than ResourceError passes errors', async () => {
    const cause = new Error('broken')
    const seen: unknown[] = []
    const api = protectedResource(options)
    const app = create().use(api.protect(), () => {
      throw cause
    })
    app.use(api.errors, ((error, _req, res, _next) => {
      seen.push(error)
      res.status(500).end()
    }) as typeof answerError)
    const { ask } = await start(app)
    expect((await ask('/mcp', { headers })).status).toBe(500)
    expect(seen).toEqual([cause])
  })

  test('the metadata document of a resource at the root of its host is at the well-known path alone', async () => {
    const api = protectedResource({ ...options, resource: 'https://api.example.com' })
    const { ask } = await start(create().use(api.metadata))
    expect(JSON.parse((await ask('/.well-known/oauth-protected-resource')).text).resource).toBe(
      'https://api.example.com',
    )
    expect((await ask('/.well-known/oauth-protected-resource/mcp')).status).toBe(404)
  })
})

test('the caller is an AuthInfo of the SDK of MCP, and a middleware stands in for its requireBearerAuth', () => {
  expectTypeOf<AuthInfo>().toExtend<SdkAuthInfo>()
  expectTypeOf(protectedResource(options).protect()).toExtend<RequestHandler>()
  expectTypeOf<ReturnType<typeof requireBearerAuth>>().toExtend<RequestHandler>()
  expectTypeOf(protectedResource(options).errors).parameter(2).toEqualTypeOf<ServerResponse>()
})

test('wrong options are refused at start', () => {
  expect(() => protectedResource({ ...options, scope: [] } as never)).toThrow('there is no option scope')
  expect(() => protectedResource({ ...options, resource: 'http://api.example.com' })).toThrow('must use https')
  expect(() => protectedResource({ ...options, receivedAt: 'mcp' })).toThrow('receivedAt')
  expect(() => protectedResource({ ...options, allowedOrigins: ['https://app.example.com/'] })).toThrow(
    'allowedOrigins',
  )
  expect(() => protectedResource(options).protect({ realm: 'a', scope: [] } as never)).toThrow(
    'there is no option scope',
  )
})
