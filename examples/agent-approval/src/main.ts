// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoAccount } from '../../server/src/identity/demo-account.ts'
import { onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { listen } from './listen.ts'
import { createServers } from './servers.ts'

try {
  await start(readPort('PORT', 3000), readPort('BANK_PORT', 3001))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/** Starts two servers in one process. They talk only over HTTP, so each could run elsewhere. */
async function start(port: number, bankPort: number): Promise<void> {
  const [baseUrl, bank] = [`http://localhost:${port}`, `http://localhost:${bankPort}`]
  const servers = await createServers({
    baseUrl,
    bank,
    secret: randomBytes(32).toString('base64url'),
    notify: (address, link) => console.log(`  To ${address}: an application asks you for something. ${link}`),
    onError: (error) => console.error(error),
  })
  const identityServer = await listen(port, servers.identity.fetch)
  const bankServer = await listen(bankPort, servers.bank)
  keepForAgent(servers.agent)
  console.log(`
  Identity provider  ${baseUrl}
  Bank               ${bank}
  Demo account       ${demoAccount.email} / ${demoAccount.password}

  The agent:         npx -y pnpm@10 --filter @oauth/example-agent-approval agent
`)

  onStopSignal(async () => {
    // Stop the bank first, because it asks the identity provider for keys.
    await bankServer.stop()
    await identityServer.stop()
    servers.identity.close()
  })
}

/** Writes the settings of the agent, with its secret, into a file that only this user of the machine can read. */
function keepForAgent(settings: Readonly<Record<string, string>>): void {
  const folder = process.env.DATA || join(import.meta.dirname, '../data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, 'agent.env'), lines.join(''), { mode: 0o600 })
}

function readPort(name: string, otherwise: number): number {
  const value = process.env[name]
  if (!value) return otherwise
  const port = Number(value)
  if (/^\d+$/.test(value) && port >= 1 && port <= 65535) return port
  throw new Error(`${name} is a number from 1 to 65535, not "${value}".`)
}
