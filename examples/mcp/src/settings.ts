import { randomBytes } from 'node:crypto'

export interface Settings {
  readonly port: number
  readonly mcpPort: number
  readonly printPort: number
  /** The URL of the authorization server's pages. The issuer is this URL with `/auth`. */
  readonly baseUrl: string
  /** The MCP server's own identifier: the URL that clients connect to, and the audience of their tokens. */
  readonly resource: string
  /** The URL of the print API, which the MCP server calls for users. */
  readonly printApi: string
  /** Seals the authorization server's signing keys. */
  readonly secret: string
  /** The client secret with which the MCP server introspects tokens. */
  readonly resourceSecret: string
  /** Origins whose scripts may use the MCP server: by default those of the MCP Inspector. */
  readonly allowedOrigins: readonly string[]
}

const inspector = 'http://localhost:6274 http://127.0.0.1:6274'

/** Reads the settings. It makes secrets that are not set, because no data outlives this process. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = readPort('PORT', env.PORT, 3000)
  const mcpPort = readPort('MCP_PORT', env.MCP_PORT, 3001)
  const printPort = readPort('PRINT_PORT', env.PRINT_PORT, 3002)
  return {
    port,
    mcpPort,
    printPort,
    baseUrl: env.BASE_URL || `http://localhost:${port}`,
    resource: env.RESOURCE || `http://localhost:${mcpPort}/mcp`,
    printApi: env.PRINT_API || `http://localhost:${printPort}/print`,
    secret: env.OAUTH_SECRET || randomBytes(32).toString('base64url'),
    resourceSecret: env.RESOURCE_SECRET || randomBytes(32).toString('base64url'),
    allowedOrigins: (env.ALLOWED_ORIGINS ?? inspector).split(' ').filter((origin) => origin !== ''),
  }
}

function readPort(name: string, value: string | undefined, otherwise: number): number {
  if (!value) return otherwise
  const port = Number(value)
  if (/^\d+$/.test(value) && port >= 1 && port <= 65535) return port
  throw new Error(`${name} is a number from 1 to 65535, not "${value}".`)
}
