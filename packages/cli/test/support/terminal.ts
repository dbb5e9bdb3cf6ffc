import { spawn } from 'node:child_process'
import { bundles } from './bundles.ts'
import type { Place } from './run-cli.ts'

/** What a person at a terminal saw, and how the command ended. */
export interface TerminalRun {
  readonly code: number
  /** Both outputs and the echo of what was typed, as the terminal showed them. */
  readonly screen: string
}

/** Waits for this text on the screen, and then types these keys. */
export type Typing = readonly [shown: string, keys: string]

/** The bytes that a terminal sends for these keys. */
export const keys = {
  enter: '\r',
  backspace: '\u007f',
  left: '\u001b[D',
  home: '\u001b[H',
  controlC: '\u0003',
  controlD: '\u0004',
} as const

/** Runs the command line at a terminal of its own, which `script` of util-linux makes, and types into it. */
export async function runAtTerminal(
  { directory, env = {} }: Place,
  args: readonly string[],
  typed: readonly Typing[],
): Promise<TerminalRun> {
  const { bin } = await bundles()
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ')
  const { BASE_URL: _, NODE_ENV: __, NODE_PATH: ___, NODE_OPTIONS: ____, ...inherited } = process.env
  const variables: Readonly<Record<string, string | undefined>> = { ...inherited, TERM: 'xterm', ...env }
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
      cwd: directory,
      env: variables as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const waiting = [...typed]
    let screen = ''
    let seen = 0
    const see = (data: Buffer): void => {
      screen += data
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const at = screen.indexOf(next[0], seen)
        if (at < 0) break
        seen = at + next[0].length
        waiting.shift()
        child.stdin.write(next[1])
      }
    }
    child.stdout.on('data', see)
    child.stderr.on('data', see)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, screen }))
  })
}
