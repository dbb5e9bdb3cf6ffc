import { type McpPreset, mcp } from '@oauth/core/mcp'
import { scopes } from './mcp-server.ts'

/** The options that let agents in: the preset alone. */
export function agentOptions(resource: string): McpPreset {
  return mcp({ resources: { [resource]: { scopes } } })
}
