import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { approve, type Servers } from './server.ts'

/** The command `mcp-remote`, running as a process, as a desktop application starts it. */
export interface McpRemote {
  /** The authorization URLs that the process has opened in a browser, in order. */
  readonly asked: readonly URL[]
  readonly client: Client
  readonly stop: () => Promise<void>
}

const command = join(fileURLToPath(import.meta.resolve('mcp-remote/package.json')), '../dist/proxy.js')

/**
 * Starts the process and speaks MCP with it over its standard input and output. Its `BROWSER` is a script that writes the
 * URL to a file. A loop here reads that file, signs the user in and allows the access.
 */
export async function startMcpRemote(servers: Servers): Promise<McpRemote> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-remote-'))
  const opened = join(directory, 'opened')
  await appendFile(opened, '')
  const script = join(directory, 'browser')
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\n`)
  await chmod(script, 0o755)

  const asked: URL[] = []
  const browser = setInterval(async () => {
    const urls = (await readFile(opened, 'utf8')).split('\n').filter((line) => line !== '')
    for (const url of urls.slice(asked.length)) {
      asked.push(new URL(url))
      // Errors show up as a call that ends in the time-out of the process: the redirect URI was never visited.
      void visit(servers, new URL(url))
    }
  }, 50)

  const client = new Client({ name: 'a-desktop-application', version: '1.0.0' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [command, servers.resource, '--transport', 'http-only'],
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: directory, BROWSER: script },
      MCP_REMOTE_CONFIG_DIR: join(directory, 'config'),
    },
    stderr: 'pipe',
  })
  let log = ''
  transport.stderr?.on('data', (chunk) => {
    log += chunk
  })
  const stop = async () => {
    clearInterval(browser)
    await client.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await client.connect(transport, { timeout: 25_000 })
  } catch (error) {
    await stop()
    throw new Error(`mcp-remote did not connect:\n${log}`, { cause: error })
  }
  return { asked, client, stop }
}

async function visit(servers: Servers, url: URL): Promise<void> {
  const page = await approve(servers, url)
  await fetch(page.url)
}
