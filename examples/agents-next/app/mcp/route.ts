import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport as Transport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { api, user } from '../../lib/auth'

export const OPTIONS = api.preflight
export const POST = api.withAuth(async (request, { subject }) => {
  const name = subject === user.id ? user.name : 'nobody'
  const server = new McpServer({ name: 'who', version: '1.0.0' })
  server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: `You are ${name}` }] }))
  const transport = new Transport({ enableJsonResponse: true })
  await server.connect(transport)
  return transport.handleRequest(request)
})
