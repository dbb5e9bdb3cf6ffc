import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import type { Print } from './printer.ts'

/** The further scopes that each tool needs. */
const toolScopes: Readonly<Record<string, readonly string[]>> = {
  add_note: ['notes:write'],
}

/** The notes of each user. */
export type Notes = Map<string, string[]>

/** The caller of one request, and what the server can do for the user elsewhere. */
export interface Caller {
  readonly user: string
  /** The access token of the request. */
  readonly token: string
  /** Absent where there is no print API. */
  readonly print: Print | undefined
}

/** An MCP server for one request of one user. */
export function createNotesServer(notes: Notes, { user, token, print }: Caller): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const own = notes.get(user) ?? []

  server.registerTool('list_notes', { description: 'Lists the notes of the user' }, () => ({
    content: [{ type: 'text', text: own.join('\n') || 'There are no notes.' }],
  }))

  server.registerTool(
    'add_note',
    { description: 'Adds a note for the user', inputSchema: { text: z.string().min(1).max(1000) } },
    ({ text }) => {
      notes.set(user, [...own, text].slice(-100))
      return { content: [{ type: 'text', text: 'Noted.' }] }
    },
  )

  if (print !== undefined) {
    server.registerTool('print_notes', { description: 'Prints the notes of the user' }, async () => ({
      content: [{ type: 'text', text: await print(token, own.join('\n')) }],
    }))
  }
  return server
}

/** The scopes that a JSON-RPC message, or a batch of them, needs beside those that every request needs. */
export function scopesOf(message: unknown): readonly string[] {
  if (Array.isArray(message)) return [...new Set(message.flatMap(scopesOf))]
  if (!isObject(message) || message.method !== 'tools/call' || !isObject(message.params)) return []
  const { name } = message.params
  return typeof name === 'string' && Object.hasOwn(toolScopes, name) ? (toolScopes[name] ?? []) : []
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
