import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freePort } from './example-process.ts'
import { filesIn } from './files-in.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'oauth-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tsx = [process.execPath, '--import', 'tsx'] as const
const bun = [join(root, 'examples/hono-bun/node_modules/bun/bin/bun.exe')] as const

/** The examples that keep signing keys in a file, and make no secret of their own beside it. */
const examples = [
  ['minimal', tsx, 'src/main.ts'],
  ['minimal', tsx, 'src/fapi2.ts'],
  ['agents', tsx, 'src/hono.ts'],
  ['agents', tsx, 'src/express.ts'],
  ['express', tsx, 'src/main.ts'],
  ['hono-bun', bun, 'src/main.ts'],
] as const

describe('examples without OAUTH_SECRET', () => {
  test.each(examples)(
    'examples/%s does not start %s %s without OAUTH_SECRET, and names the command that makes one',
    {
      timeout: 60_000,
    },
    async (name, [program, ...args], file) => {
      const { OAUTH_SECRET: _, BASE_URL: __, ...inherited } = process.env
      const env = { ...inherited, PORT: `${await freePort()}`, DATABASE: join(folder, 'oauth.db') }
      const child = spawn(program, [...args, file], { cwd: join(root, 'examples', name), env, stdio: 'pipe' })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
      const code = await new Promise((resolve) => child.once('close', resolve))
      expect(output).toMatch(/secret.*openssl rand -base64/is)
      expect(code).toBe(1)
    },
  )

  test('no example and no page has a secret that everybody can read, for a host that sets none', () => {
    const files = ['README.md', ...filesIn('docs', /\.md$/), ...filesIn('examples', /\.(?:ts|tsx|mjs|md)$/)]
    const published = files.filter((file) => /_SECRET\s*(?:\?\?|\|\|)\s*['"`][^'"`]/.test(read(file)))
    expect(files.length).toBeGreaterThan(100)
    expect(published).toEqual([])
  })
})

describe('PORT and the URL of an example', () => {
  test('no example has a base URL that leaves out PORT', () => {
    const files = ['README.md', ...filesIn('docs', /\.md$/), ...filesIn('examples', /\.(?:ts|tsx|mjs)$/)]
    expect(files.filter((file) => /BASE_URL\s*(?:\?\?|\|\|)\s*['"]/.test(read(file)))).toEqual([])
  })
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
