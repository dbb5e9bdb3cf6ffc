import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'

export interface Workerd {
  readonly url: string
  readonly process: ChildProcess
  /** Ends the process with a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Bundles a Worker of the tests into a folder, with its configuration. */
export async function prepareWorker(folder: string, file = 'worker.ts'): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, file)],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // No platform, so that an import of a Node module fails.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    logLevel: 'warning',
  })
  mkdirSync(join(folder, 'disk'))
  writeFileSync(join(folder, 'config.capnp'), configuration(join(folder, 'disk')))
}

/** Starts workerd on the files of a folder. It keeps its databases there. */
export async function serveWorker(folder: string): Promise<Workerd> {
  const executable = createRequire(import.meta.url).resolve('workerd/bin/workerd')
  const args = ['serve', join(folder, 'config.capnp'), '--socket-addr=http=127.0.0.1:0', '--control-fd=3']
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: {} as NodeJS.ProcessEnv })
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  return {
    url: `http://127.0.0.1:${await portOf(child)}`,
    process: child,
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}

/** Reads the port that workerd listens on from its control descriptor. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = ''
    let events = ''
    child.stderr?.on('data', (chunk) => {
      errors += chunk
    })
    ;(child.stdio[3] as Readable).on('data', (chunk) => {
      events += chunk
      const port = /"event":\s*"listen".*?"port":\s*(\d+)/.exec(events)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`workerd ended with ${signal ?? code}\n${errors}`)))
  })
}

const configuration = (disk: string): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = "${disk}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "OBJECT", durableObjectNamespace = "StorageObject"),
    (name = "D1_OBJECT", durableObjectNamespace = "SimulatedD1"),
    (name = "DB", wrapped = (
      moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = (name = "main", entrypoint = "d1Service"))],
    )),
  ],
  durableObjectNamespaces = [
    (className = "StorageObject", uniqueKey = "storage", enableSql = true),
    (className = "SimulatedD1", uniqueKey = "d1", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),
);
`
