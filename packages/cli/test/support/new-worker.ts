import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type NewServer, spawnServer } from './new-server.ts'

const root = join(import.meta.dirname, '../..')

/** Bundles the Worker of a project, as wrangler does with `nodejs_compat`, and the database behind the binding of D1. */
export async function bundleWorker(folder: string): Promise<void> {
  await build({
    entryPoints: { worker: join(folder, 'src/main.ts'), d1: join(import.meta.dirname, 'd1-service.ts') },
    outdir: join(folder, 'dist'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    logLevel: 'warning',
  })
}

/** Returns the variables that wrangler reads on a developer's machine. */
export function variablesOf(folder: string): Readonly<Record<'OAUTH_SECRET' | 'DEMO_PASSWORD', string>> {
  const text = readFileSync(join(folder, '.dev.vars'), 'utf8')
  const read = (name: string): string => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1] ?? ''
  return { OAUTH_SECRET: read('OAUTH_SECRET'), DEMO_PASSWORD: read('DEMO_PASSWORD') }
}

/** Serves a bundled Worker with what its wrangler.jsonc says. It keeps its data in the folder. */
export function serveWorker(folder: string, port: number, variables: Readonly<Record<string, string>>): NewServer {
  const settings = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8')
  mkdirSync(join(folder, 'disk'), { recursive: true })
  writeFileSync(join(folder, 'config.capnp'), configuration(folder, settings, port))
  const workerd = createRequire(join(root, '../kysely/package.json')).resolve('workerd/bin/workerd')
  return spawnServer([workerd, 'serve', join(folder, 'config.capnp')], folder, variables)
}

function configuration(folder: string, settings: string, port: number): string {
  const [, date = ''] = /"compatibility_date": "(.+)"/.exec(settings) ?? []
  const hasObject = settings.includes('"durable_objects"')
  const binding = hasObject
    ? '(name = "SERVER", durableObjectNamespace = "Server")'
    : '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))'
  const objects = '[(className = "Server", uniqueKey = "server", enableSql = true)]'
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "d1", worker = .d1),
    (name = "disk", disk = (path = "${join(folder, 'disk')}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  compatibilityDate = "${date}",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    ${binding},
    (name = "BASE_URL", text = "http://localhost:${port}"),
    (name = "OAUTH_SECRET", fromEnvironment = "OAUTH_SECRET"),
    (name = "DEMO_PASSWORD", fromEnvironment = "DEMO_PASSWORD"),
  ],
  durableObjectNamespaces = ${hasObject ? objects : '[]'},
  durableObjectStorage = (localDisk = "disk"),
);

const d1 :Workerd.Worker = (
  modules = [(name = "d1.js", esModule = embed "dist/d1.js")],
  compatibilityDate = "${date}",
  bindings = [(name = "OBJECT", durableObjectNamespace = "SimulatedD1")],
  durableObjectNamespaces = [(className = "SimulatedD1", uniqueKey = "d1", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
);
`
}
