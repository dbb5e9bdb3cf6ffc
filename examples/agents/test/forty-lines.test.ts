import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExampleProcess, freePort, startExample } from '../../../test/example-process.ts'
import { testSignIn } from './journey.ts'

const source = (framework: string): string => join(import.meta.dirname, '..', 'src', `${framework}.ts`)

describe.each(['hono', 'express'])('an MCP server with sign-in on %s', (framework) => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-agents-'))
  let example: ExampleProcess
  let baseUrl: string

  beforeAll(async () => {
    const port = await freePort()
    baseUrl = `http://localhost:${port}`
    const env = { PORT: `${port}`, DATABASE: join(folder, 'oauth.db'), OAUTH_SECRET: 'x'.repeat(40) }
    const command = [process.execPath, '--import', 'tsx', source(framework)] as const
    example = await startExample('agents', command, env, `${baseUrl}/auth/jwks`)
  })
  afterAll(() => {
    example?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  testSignIn(framework, () => baseUrl)

  test(`the file for ${framework} has less than forty lines beside imports`, () => {
    expect(linesOf(readFileSync(source(framework), 'utf8'))).toBeLessThan(40)
  })
})

function linesOf(code: string): number {
  return code.split('\n').filter((line) => line !== '' && !line.startsWith('import ')).length
}
