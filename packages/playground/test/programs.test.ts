import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { baseOf } from '../src/address.ts'
import { writeCurl } from '../src/curl.ts'
import { flows } from '../src/flows/flows.ts'
import { writeProgram } from '../src/world/code.ts'
import { describeServer } from '../src/world/description.ts'
import { postForm } from '../src/world/exchange.ts'
import type { Switches } from '../src/world/switches.ts'

const run = promisify(execFile)
// In the package, so that the programs find the workspace.
const modules = join(import.meta.dirname, '../node_modules/.programs')
mkdirSync(modules, { recursive: true })
const folder = mkdtempSync(join(modules, 'run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const everything: Partial<Switches> = {
  algorithm: 'EdDSA',
  codeTtl: 30,
  tokenTtl: 60,
  reuseWindow: 0,
  par: true,
  dpop: true,
  jar: true,
  jarm: true,
  pairwise: true,
  scopeClaims: false,
}

test('the program of every server, with the switches at first and with all of them changed, compiles', {
  timeout: 120_000,
}, async () => {
  for (const flow of flows) {
    for (const [name, changes] of Object.entries({ plain: {}, changed: everything })) {
      const description = describeServer({ ...baseOf(flow), ...changes }, flow.needs ?? [])
      writeFileSync(join(folder, `${flow.id}-${name}.ts`), writeProgram(description))
    }
  }
  const config = {
    extends: join(import.meta.dirname, '../../../tsconfig.json'),
    include: [join(folder, '*.ts')],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
  const { stdout } = await run(tsc, ['-p', folder, '--noEmit', '--pretty', 'false']).catch(
    (failed: { readonly stdout: string }) => failed,
  )
  expect(stdout).toBe('')
})

test('a request as a curl command is one word a part for the shell, whatever is in it', async () => {
  const draft = postForm('https://id.example.com/auth/oauth2/token', { code: "it's $HOME & `x`" }, [['x-quote', "a'b"]])
  const command = writeCurl(draft).replace(/^curl/, "printf '%s\\n'")
  const { stdout } = await run('sh', ['-c', command])
  expect(stdout.trimEnd().split('\n')).toEqual([
    '-i',
    '-X',
    'POST',
    draft.url,
    '-H',
    'content-type: application/x-www-form-urlencoded',
    '-H',
    "x-quote: a'b",
    '--data-raw',
    draft.body,
  ])
})
