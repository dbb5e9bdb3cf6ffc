import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'

const examples = join(import.meta.dirname, '../examples')

export interface ExampleProcess {
  readonly pid: number
  /** Returns what the process has written to both outputs so far. */
  output(): string
  /** Resolves with the signal that ended the process, or its exit code. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Sends SIGTERM to the process. */
  stop(): void
  /** Kills the process, if it still runs, and all processes that it has started. */
  kill(): void
}

/** Starts the command of an example as one process, and waits until this URL answers. */
export async function startExample(
  name: string,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  url: string,
): Promise<ExampleProcess> {
  const [program, ...args] = command
  // Vitest sets NODE_ENV and BASE_URL, which would change the example.
  const { NODE_ENV: _, BASE_URL: __, ...inherited } = process.env
  const child: ChildProcess = spawn(program, args, {
    cwd: join(examples, name),
    env: { ...inherited, ...env } as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe'],
    // The example gets its own process group, so that `kill` also ends the processes that it starts.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output += data
    })
  }
  let hasEnded = false
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      hasEnded = true
      resolve(signal ?? code ?? -1)
    })
  })
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The process group has already ended.
    }
  }
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (hasEnded || attempt > 600) {
      kill()
      throw new Error(`${name} did not answer at ${url}:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { pid: child.pid ?? 0, output: () => output, ended, stop: () => void child.kill('SIGTERM'), kill }
}

/** Sends a request over a new connection and closes it afterwards. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/**
 * Finds a port that is free, as are the two after it. It is below those that the system gives to outgoing connections
 * (Linux: from 32768), of which one could take the port before the example does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000)
    const areFree = await Promise.all([port, port + 1, port + 2].map(isFree))
    if (areFree.every((isOne) => isOne)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
