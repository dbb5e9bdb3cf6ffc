import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance, node } from '@oauth/mcp-conformance'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { approve, type Servers, startServers } from '../src/server.ts'

let servers: Servers
let results: string
beforeEach(async () => {
  servers = await startServers()
  results = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
})
afterEach(async () => {
  await servers.stop()
  await rm(results, { recursive: true })
})

/** What the suite has found, in the words of its `checks.json`. */
interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

test("the suite's checks of authorization servers find no failure and no warning", async () => {
  const port = await freePort()
  const { client_id } = await register(`http://127.0.0.1:${port}/callback`)
  const args = ['authorization', '--url', servers.issuer, '--client-id', client_id]
  const output = await run([...args, '--resource', servers.resource, '--port', String(port), '--output-dir', results])

  const checks = await readChecks()
  expect(checks.map(({ id }) => id).sort(), output).toEqual([
    'authorization-code-grant',
    'authorization-server-metadata',
    'authorization-server-metadata-cimd',
  ])
  expect(
    checks
      .filter(({ status }) => status !== 'SUCCESS')
      .map(({ id, status, errorMessage }) => [id, status, errorMessage]),
    output,
  ).toEqual([])
})

/** Runs the suite. When it prints an authorization URL, the user signs in and allows the access. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [conformance, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 25_000 })
    let output = ''
    let opened = false
    const read = (chunk: Buffer) => {
      output += chunk
      const [url] = /^http\S+\/oauth2\/authorize\S+$/m.exec(output) ?? []
      if (url === undefined || opened || !output.includes('Waiting up to')) return
      opened = true
      visit(url).catch(reject)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

/** Does what the browser does: the pages of the server, and then the redirect URI, where the suite listens. */
async function visit(url: string): Promise<void> {
  const page = await approve(servers, new URL(url))
  await fetch(page.url)
}

async function register(redirectUri: string): Promise<{ readonly client_id: string }> {
  const response = await fetch(`${servers.issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  })
  expect(response.status).toBe(201)
  return response.json()
}

async function readChecks(): Promise<readonly Check[]> {
  const files = (await readdir(results, { recursive: true })).filter((file) => file.endsWith('checks.json'))
  const lists = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(results, file), 'utf8'))))
  return lists.flat()
}
