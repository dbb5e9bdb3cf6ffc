// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import { onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { demoAccount } from './authorization-server/account.ts'
import { createAuthorizationServer } from './authorization-server/authorization-server.ts'
import { listen } from './listen.ts'
import { createMcpServer } from './mcp-server/mcp-server.ts'
import { createPrintApi } from './print-api/print-api.ts'
import { readSettings } from './settings.ts'

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/** Starts three servers in one process. They talk only over HTTP, so each could run elsewhere. */
async function start(): Promise<void> {
  const settings = readSettings(process.env)
  const { baseUrl, resource, printApi, secret, resourceSecret, allowedOrigins } = settings

  const authorizationServer = createAuthorizationServer({
    baseUrl,
    secret,
    resources: [resource],
    apis: [printApi],
  })
  const { issuer } = authorizationServer.provider
  await authorizationServer.registerResource('notes-mcp', resource, resourceSecret)
  const mcpServer = createMcpServer({
    resource,
    issuer,
    clientId: 'notes-mcp',
    secret: resourceSecret,
    printApi,
    allowedOrigins,
    onError: (error) => console.error(error),
  })

  const authorization = await listen(settings.port, authorizationServer.fetch)
  const mcp = await listen(settings.mcpPort, mcpServer.fetch)
  const print = await listen(
    settings.printPort,
    createPrintApi({ resource: printApi, issuer, callers: ['notes-mcp'] }).fetch,
  )
  console.log(`
  MCP server            ${resource}
  Print API             ${printApi}
  Authorization server  ${issuer}
  Demo account          ${demoAccount.email} / ${demoAccount.password}

  A client of it:       npx -y pnpm@10 --filter @oauth/example-mcp client ${resource}
`)

  const hourly = setInterval(() => {
    authorizationServer.purgeExpired().catch((error: unknown) => console.error(error))
  }, 3600_000)
  onStopSignal(async () => {
    clearInterval(hourly)
    // Stop the MCP server first, because it asks the authorization server about tokens.
    await mcp.stop()
    await print.stop()
    await authorization.stop()
  })
}
