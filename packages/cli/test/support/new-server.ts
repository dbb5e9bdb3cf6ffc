import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A process that serves a project of `oauth init`. */
export interface NewServer {
  /** Returns what it has written to both outputs so far. */
  output(): string
  hasEnded(): boolean
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  kill(): void
}

/** Starts a program, and collects what it writes. */
export function spawnServer(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  env: Readonly<Record<string, string>>,
): NewServer {
  // Vitest sets BASE_URL and NODE_ENV, which would change the server.
  const { BASE_URL: _, NODE_ENV: __, ...inherited } = process.env
  // A process group of its own, so that `kill` also ends the processes that it starts.
  const settings = { cwd: folder, env: { ...inherited, ...env } as NodeJS.ProcessEnv, detached: true }
  const child = spawn(program, args, settings)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output += data
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return {
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    kill() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The process group has already ended.
      }
    },
  }
}

/** Starts a project as its script `start` does. */
export function spawnNewServer(folder: string, env: Readonly<Record<string, string>>): NewServer {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const [program, ...args] = scripts.start.split(' ')
  if (program !== 'node') throw new Error(`the script start is ${scripts.start}`)
  return spawnServer([process.execPath, ...args], folder, env)
}

/** Starts a project, and waits until it listens. */
export async function startNewServer(folder: string, env: Readonly<Record<string, string>>): Promise<NewServer> {
  const server = spawnNewServer(folder, env)
  while (!server.output().includes('/.well-known/')) {
    if (server.hasEnded()) throw new Error(`the server ended: ${server.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return server
}
