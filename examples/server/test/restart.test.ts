import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { signIn } from './journey.ts'
import { createUserAgent } from './user-agent.ts'

const root = resolve(import.meta.dirname, '..')
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

let folder: string
let running: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth-restart-'))
})

afterEach(async () => {
  // End the whole process group, because tsx runs the program in its own process.
  if (running?.pid !== undefined && running.exitCode === null) process.kill(-running.pid, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Starts the command as a user would, and returns what it has printed when it is ready. */
async function start(port: number): Promise<string> {
  const { OAUTH_SECRET: _, BASE_URL: __, HOST: ___, ...env } = process.env
  const child = spawn(process.execPath, [tsx, 'src/main.ts'], {
    cwd: root,
    env: { ...env, PORT: String(port), DATABASE_URL: `sqlite:${folder}/data/oauth.db` },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running = child
  let printed = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString()
      if (printed.includes('Database:')) resolve(printed)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.on('exit', (code) => reject(new Error(`exited with ${code}:\n${printed}`)))
  })
}

async function stop(): Promise<number | null> {
  const child = running
  if (child === undefined) throw new Error('nothing is running')
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  return ended
}

test('client, session, consent, refresh token and signing keys survive a restart of the example', {
  timeout: 120_000,
}, async () => {
  const port = await freePort()
  const baseUrl = `http://localhost:${port}`
  const keyIds = async () => {
    const { keys } = (await (await fetch(`${baseUrl}/auth/jwks`)).json()) as { keys: { kid: string }[] }
    return keys.map((key) => key.kid).sort()
  }

  const printed = await start(port)
  expect(printed).toContain('demo@example.com / demo-password')
  expect(printed).toContain(`${baseUrl}/auth/.well-known/openid-configuration`)

  const agent = createUserAgent()
  const login = await agent.submit(await agent.open(`${baseUrl}/client`), 'Sign in with Example ID')
  const consent = await signIn(agent, login)
  const result = await agent.submit(consent, 'Allow')
  expect(result.body).toContain('Hello, Demo Person')
  const before = await keyIds()
  expect(before.length).toBeGreaterThan(0)

  expect(await stop()).toBe(0)
  await expect(fetch(baseUrl)).rejects.toThrow()
  const secret = await stat(join(folder, 'data/oauth-secret'))
  expect(secret.mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'data'))).toEqual(['oauth-secret', 'oauth.db'])

  await start(port)
  expect(await keyIds()).toEqual(before)

  // The client's session, its tokens and its secret still work, and so does the key that signed the access token.
  const again = await agent.open(`${baseUrl}/client`)
  expect(again.body).toContain('Hello, Demo Person')
  expect((await agent.submit(again, 'Call the API')).body).toContain('The API accepted the access token.')
  const refreshed = await agent.submit(again, 'Refresh')
  expect(refreshed.body).toContain('Refreshed: a new access token and a new refresh token.')

  // The session and the consent at the provider still exist, so the browser returns without a page.
  const signedOut = await agent.submit(refreshed, 'Sign out here only')
  const straight = await agent.submit(signedOut, 'Sign in with Example ID')
  expect(straight.body).toContain('Hello, Demo Person')
  expect(straight.trail).toEqual(['/client/sign-in', '/auth/oauth2/authorize', '/client/callback', '/client'])

  expect(await stop()).toBe(0)
})
