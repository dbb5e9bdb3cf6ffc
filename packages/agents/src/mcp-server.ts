import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  type Clock,
  createTokenVerifier,
  protect,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
  requireScopes,
} from '@oauth/resource-server'
import { z } from 'zod'
import type { Fetch } from './listen.ts'

/** The scopes of the resource. Every request needs the first; the tool `write` needs the second. */
export const scopes = ['notes:read', 'notes:write'] as const

export interface McpServerSetup {
  /** The URL that clients connect to. It is the audience of their tokens. */
  readonly resource: string
  readonly issuer: string
  readonly clock: Clock
}

/** An MCP server (streamable HTTP, stateless) with two tools: `read`, and `write`, which needs a further scope. */
export function createMcpServer({ resource, issuer, clock }: McpServerSetup): Fetch {
  const resourceMetadata = protectedResourceMetadataUrl(resource)
  const metadata = protectedResourceMetadataHandler(resource, {
    authorizationServer: issuer,
    scopesSupported: [scopes[0]],
    bearerMethodsSupported: ['header'],
  })
  const verifier = createTokenVerifier({ issuer, audience: resource, clock })
  const notes: string[] = []

  const guarded = protect({ verifier, resourceMetadata, scopes: [scopes[0]] })(async (request, token) => {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const message = await request.json()
    if (callsTool(message, 'write')) requireScopes(token, scopes)
    const server = createTools(notes)
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    const response = await transport.handleRequest(request, { parsedBody: message })
    await server.close()
    return response
  })

  return (request) =>
    new URL(request.url).pathname === new URL(resourceMetadata).pathname ? metadata(request) : guarded(request)
}

function createTools(notes: string[]): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('read', { description: 'Reads the notes', inputSchema: {} }, () => ({
    content: [{ type: 'text', text: notes.join('\n') || 'There are no notes.' }],
  }))
  server.registerTool('write', { description: 'Adds a note', inputSchema: { text: z.string() } }, ({ text }) => {
    notes.push(text)
    return { content: [{ type: 'text', text: 'Noted.' }] }
  })
  return server
}

function callsTool(message: unknown, name: string): boolean {
  if (Array.isArray(message)) return message.some((one) => callsTool(one, name))
  const { method, params } = message as { readonly method?: string; readonly params?: { readonly name?: string } }
  return method === 'tools/call' && params?.name === name
}
