import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const main = join(root, 'examples', 'minimal', 'src', 'main.ts')

describe('the thirty lines of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-minimal-'))
  const settings = { DATABASE: join(folder, 'oauth.db'), OAUTH_SECRET: 'a-secret-of-the-tests-0123456789-abcdef' }
  let child: ChildProcess
  let origin: string

  beforeAll(async () => {
    const port = await freePort()
    origin = `http://localhost:${port}`
    child = spawn(join(root, 'examples/minimal/node_modules/.bin/tsx'), [main], {
      // Vitest sets its own BASE_URL.
      env: { ...process.env, ...settings, BASE_URL: undefined, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await answers(`${origin}/auth/jwks`)
  })

  afterAll(() => {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the README has the thirty lines of the file unchanged', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(readFileSync(main, 'utf8').trim())
  })

  test('the thirty lines of the README serve discovery and keys, and leave other paths to the application', async () => {
    const discovery = await (await fetch(`${origin}/auth/.well-known/openid-configuration`)).json()
    expect(discovery).toMatchObject({ issuer: `${origin}/auth` })
    const { keys } = await (await fetch(`${origin}/auth/jwks`)).json()
    expect(keys.map(({ alg }: { alg: string }) => alg).sort()).toEqual(['ES256', 'RS256'])
    expect((await fetch(`${origin}/`)).status).toBe(404)
  })
})

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // The server does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nothing answers at ${url}`)
}
