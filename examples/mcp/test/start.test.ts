import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { createUserAgent, type UserAgent, type Visit } from '../../server/test/user-agent.ts'
import { demoAccount } from '../src/authorization-server/account.ts'

// Each test starts one or two processes, and the machine may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const root = join(import.meta.dirname, '..')
const children: ChildProcess[] = []
let resource: string
let baseUrl: string

beforeAll(async () => {
  const [port, mcpPort, printPort] = [await freePort(), await freePort(), await freePort()]
  baseUrl = `http://localhost:${port}`
  resource = `http://localhost:${mcpPort}/mcp`
  const ports = { PORT: String(port), MCP_PORT: String(mcpPort), PRINT_PORT: String(printPort) }
  const server = start('src/main.ts', [], ports)
  expect(await server.until(/Demo account .*\n/)).toContain(resource)
})

afterAll(() => {
  for (const child of children) child.kill()
})

test('the two commands of the README start the servers and a client, and a user signs in with a browser', async () => {
  const client = start('src/client/main.ts', [resource])
  const agent = createUserAgent()
  expect((await signIn(agent, await client.nextUrl())).body).toBe('Signed in. You may close this window.')
  expect(await client.until(/There are no notes\./)).not.toContain('Noted')
  expect((await signIn(agent, await client.nextUrl())).body).toBe('Signed in. You may close this window.')
  expect(await client.until(/Seen at /)).toMatch(/Noted\.\nSeen at 2\d{3}-/)
  expect(await client.ended).toBe(0)
})

test('the client reports a denial and exits', async () => {
  const client = start('src/client/main.ts', [resource])
  const agent = createUserAgent()
  const page = await openConsent(agent, await client.nextUrl())
  expect((await agent.submit(page, 'Deny')).body).toBe('Not signed in. You may close this window.')
  expect(await client.ended).toBe(1)
  expect(client.output()).not.toContain('There are no notes.')
})

test('the client ignores a response with another state or issuer', async () => {
  const client = start('src/client/main.ts', [resource])
  const agent = createUserAgent()
  const url = await client.nextUrl()
  const callback = url.searchParams.get('redirect_uri') ?? ''
  const state = url.searchParams.get('state') ?? ''
  const iss = `${baseUrl}/auth`
  for (const answer of [
    { code: 'c', state: 'guess', iss },
    { code: 'c', state, iss: 'https://evil.example' },
    { code: 'c', state },
  ])
    expect((await fetch(`${callback}?${new URLSearchParams(answer)}`)).status).toBe(400)
  await signIn(agent, url)
  expect(await client.until(/There are no notes\.|Seen at /)).not.toContain('Error')
})

async function openConsent(agent: UserAgent, url: URL): Promise<Visit> {
  const page = await agent.open(url)
  return page.url.pathname === '/login' ? agent.submit(page, 'Sign in', demoAccount) : page
}

async function signIn(agent: UserAgent, url: URL): Promise<Visit> {
  return agent.submit(await openConsent(agent, url), 'Allow')
}

/** Starts a command of the example. */
function start(main: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(join(root, 'node_modules/.bin/tsx'), [join(root, main), ...args], {
    // Vitest sets its own BASE_URL.
    env: { ...process.env, BASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let output = ''
  let urls = 0
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const until = async (pattern: RegExp): Promise<string> => {
    for (let attempt = 0; attempt < 800; attempt++) {
      if (pattern.test(output)) return output
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`${main} never said ${pattern}:\n${output}`)
  }
  return {
    ended,
    until,
    output: () => output,
    /** Returns the next URL that the command asks the user to open. */
    async nextUrl(): Promise<URL> {
      urls += 1
      const text = await until(new RegExp(`(?:browser:\\s+http\\S+\\s[\\s\\S]*){${urls}}`))
      return new URL([...text.matchAll(/browser:\s+(http\S+)\s/g)][urls - 1]?.[1] ?? '')
    },
  }
}
