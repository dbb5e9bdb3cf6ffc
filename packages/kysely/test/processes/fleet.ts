import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WorkerSettings } from './address.ts'
import type { CommandName, Commands, Reply } from './commands.ts'

/** A process of the provider. A command rejects when the process dies before it has answered. */
export interface Worker extends Commands {
  readonly pid: number
  /** Resolves with the signal that ended the process, or its exit code. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/** Starts processes that all run one program. */
export interface Fleet {
  start(settings: WorkerSettings): Promise<Worker>
  close(): Promise<void>
}

const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles the worker once, because its sources are TypeScript: each process then starts in a fraction of a second. The
 * bundle is inside the package, so that Node finds the drivers.
 */
export async function createFleet(): Promise<Fleet> {
  const directory = mkdtempSync(join(packageRoot, 'node_modules/.worker-'))
  const program = join(directory, 'worker.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['better-sqlite3', 'libsql', 'pg', 'mysql2', 'kysely', '@electric-sql/pglite', 'kysely-pglite-dialect'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
  const running = new Set<Worker>()
  return {
    async start(settings) {
      const worker = await startWorker(program, settings)
      running.add(worker)
      return worker
    },
    async close() {
      await Promise.all([...running].map((worker) => worker.stop()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const names: readonly CommandName[] = [
  ...([
    'migrate',
    'listen',
    'register',
    'authorize',
    'post',
    'browse',
    'mintFor',
    'rotateKeys',
    'publishedKeys',
  ] as const),
  ...(['waiting', 'decide', 'consents', 'apps', 'disconnectApp'] as const),
  ...(['grants', 'revokeGrants', 'purge', 'arm', 'statements', 'events'] as const),
]

async function startWorker(program: string, settings: WorkerSettings): Promise<Worker> {
  const child = fork(program, [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`the process ended: ${signal ?? code}`))
      waiting.clear()
      resolve(signal ?? String(code))
    })
  })
  let count = 0
  const call = (name: CommandName, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error('the process has ended'))
      const id = ++count
      waiting.set(id, { resolve, reject })
      child.send({ id, name, args })
    })
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: Reply) => {
      if ('ready' in message) return resolve()
      const caller = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) caller?.reject(new Error(message.error))
      else caller?.resolve(message.value)
    })
    void ended.then((how) => reject(new Error(`the worker did not start: ${how}`)))
  })
  const commands = Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => call(name, args)]))
  return { ...(commands as unknown as Commands), pid: child.pid ?? 0, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}
