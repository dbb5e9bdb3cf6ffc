import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { startWorkerd } from './start-workerd.ts'

/**
 * Serves the bundle with workerd, requests the journey three times, and returns the last answer.
 * @param objects the class of the bundle's Durable Objects, whose databases stay on disk
 */
export async function runWorkerd(
  workerd: string,
  bundle: string,
  flags: readonly string[],
  objects?: string,
): Promise<string> {
  const name = basename(bundle, '.js')
  const configuration = join(dirname(bundle), `${name}-${flags.length === 0 ? 'plain' : flags.join('-')}.capnp`)
  const disk = join(dirname(bundle), `${name}-disk`)
  mkdirSync(disk, { recursive: true })
  writeFileSync(
    configuration,
    configurationOf(basename(bundle), flags, objects === undefined ? undefined : objectsOn(disk, objects)),
  )
  const { url, process } = await startWorkerd(workerd, configuration)
  try {
    // Run two journeys at once on a new provider, as after a deployment, then one on a provider with full caches.
    await Promise.all([journey(url), journey(url)])
    return await journey(url)
  } finally {
    process.kill()
  }
}

interface Objects {
  readonly services: string
  readonly worker: string
}

/** Makes the parts of the configuration for a bundle with Durable Objects, and with D1 if it has the service for it. */
function objectsOn(disk: string, className: string): Objects {
  const d1 = `(name = "DB", wrapped = (
      moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = (name = "smoke", entrypoint = "d1Service"))],
    )),`
  return {
    services: `(name = "disk", disk = (path = "${disk}", writable = true)),`,
    worker: `durableObjectNamespaces = [(className = "${className}", uniqueKey = "smoke", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "OBJECT", durableObjectNamespace = "${className}"),
    ${className === 'SimulatedD1' ? d1 : ''}
  ],`,
  }
}

function configurationOf(bundle: string, flags: readonly string[], objects: Objects | undefined): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "smoke", worker = .worker),
    ${objects?.services ?? ''}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "smoke")],
);

const worker :Workerd.Worker = (
  modules = [(name = "smoke", esModule = embed "${bundle}")],
  compatibilityDate = "${objects === undefined ? '2025-06-01' : '2026-11-01'}",
  ${objects?.worker ?? ''}
  compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(', ')}],
);
`
}

async function journey(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(text)
  return text
}
