import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe } from 'vitest'
import { type ExampleProcess, freePort, startExample } from '../../../test/example-process.ts'
import { testSignIn } from '../../agents/test/journey.ts'

const root = join(import.meta.dirname, '..')
const next = join(root, 'node_modules/next/dist/bin/next')

describe('an MCP server with sign-in in Next.js, built for production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-agents-next-'))
  let example: ExampleProcess | undefined
  let baseUrl: string

  beforeAll(async () => {
    const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const
    await promisify(execFile)(process.execPath, [next, 'build', root], { env: { ...process.env, ...env } })
    const port = await freePort()
    baseUrl = `http://localhost:${port}`
    const settings = { ...env, PORT: `${port}`, DATABASE: join(folder, 'oauth.db'), OAUTH_SECRET: 'x'.repeat(40) }
    const command = [process.execPath, next, 'start'] as const
    example = await startExample('agents-next', command, settings, `${baseUrl}/auth/jwks`)
  }, 300_000)
  afterAll(() => {
    example?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  testSignIn('Next.js', () => baseUrl)
})
