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
  /**
   * Ends the process.
   * @throws {AggregateError} when a sign-in failed
   */
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
  const failures: unknown[] = []
  const browser = setInterval(async () => {
    const urls = (await readFile(opened, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
    for (const url of urls.slice(asked.length)) {
      asked.push(new URL(url))
      visit(servers, new URL(url)).catch((error) => failures.push(error))
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
  let pid: number | null = null
  const stop = async () => {
    clearInterval(browser)
    await client.close()
    end(pid)
    await rm(directory, { recursive: true, force: true })
    if (failures.length > 0) throw new AggregateError(failures, 'the browser did not come to the redirect URI')
  }
  try {
    const connected = client.connect(transport, { timeout: 25_000 })
    pid = transport.pid
    await connected
  } catch (error) {
    await stop()
    throw new Error(`mcp-remote did not connect:\n${log}`, { cause: error })
  }
  return { asked, client, stop }
}

/** Ends a process that has not ended by itself: the client forgets it when it could not connect. */
function end(pid: number | null): void {
  try {
    if (pid !== null) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

async function visit(servers: Servers, url: URL): Promise<void> {
  const page = await approve(servers, url)
  await fetch(page.url)
}
