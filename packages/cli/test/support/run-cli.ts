import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { bundles } from './bundles.ts'

export interface CliRun {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Where a process runs, and the variables that it gets beside those of the test. */
export interface Place {
  readonly directory: string
  readonly env?: Readonly<Record<string, string>>
  /** What the process reads from its standard input. Default: nothing. */
  readonly input?: string
}

/** Runs the command line in a process of its own. */
export async function runCli(place: Place, ...args: readonly string[]): Promise<CliRun> {
  const { bin } = await bundles()
  return runProcess(place, [bin, ...args])
}

/** Runs Node in a process of its own. */
export function runProcess({ directory, env = {}, input = '' }: Place, args: readonly string[]): Promise<CliRun> {
  // The variables of Vitest and pnpm change what the modules of the tests read, and where Node finds modules.
  const { BASE_URL: _, NODE_ENV: __, NODE_PATH: ___, NODE_OPTIONS: ____, ...inherited } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...inherited, ...env } as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    // A command that does not read its input may end before it is written.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    let output = ''
    let errors = ''
    child.stdout.on('data', (data) => {
      output += data
    })
    child.stderr.on('data', (data) => {
      errors += data
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, output, errors }))
  })
}

/** Makes an empty folder that is deleted after the test, with these files. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
