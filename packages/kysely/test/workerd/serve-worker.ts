import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type StartedWorkerd, startWorkerd } from '../../../runtimes/src/start-workerd.ts'

export interface Workerd extends StartedWorkerd {
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
  const { url, process } = await startWorkerd(executable, join(folder, 'config.capnp'))
  const exited = new Promise<void>((resolve) => void process.once('exit', () => resolve()))
  return {
    url,
    process,
    async end(signal) {
      process.kill(signal)
      await exited
    },
  }
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
