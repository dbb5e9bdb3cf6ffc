import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  /** Resolves with what the program has written to stdout, as soon as it matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
  signal(name: NodeJS.Signals): void
}

/** Starts a file of the example as a process of its own, as its user does. */
export function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Program {
  // Vitest sets variables that the program would inherit.
  const { PATH = '', HOME = '' } = process.env
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', `src/${file}`, ...args], {
    cwd: folder,
    env: { PATH, HOME, ...env } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let over = false
  child.stdout?.on('data', (data) => {
    stdout += data
  })
  child.stderr?.on('data', (data) => {
    stderr += data
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      over = true
      resolve({ code, stdout, stderr })
    })
  })
  return {
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(stdout)
        if (match !== null) return match
        if (over) throw new Error(`the program ended without ${pattern}:\n${stdout}${stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    ended,
    signal: (name) => void child.kill(name),
  }
}
