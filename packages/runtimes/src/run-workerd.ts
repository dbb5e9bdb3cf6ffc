import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

/** Serves the bundle with workerd, and requests the journey three times. */
export async function runWorkerd(workerd: string, bundle: string, flags: readonly string[]): Promise<string> {
  const configuration = join(dirname(bundle), `workerd-${flags.length === 0 ? 'plain' : flags.join('-')}.capnp`)
  writeFileSync(configuration, configurationOf(basename(bundle), flags))
  const args = ['serve', configuration, '--socket-addr=http=127.0.0.1:0', '--control-fd=3']
  const child = spawn(workerd, args, { stdio: ['ignore', 'inherit', 'pipe', 'pipe'] })
  try {
    const url = `http://127.0.0.1:${await portOf(child)}/`
    // Run two journeys at once on a new provider, as after a deployment, then one on a provider with full caches.
    const [answer] = await Promise.all([journey(url), journey(url)])
    await journey(url)
    return answer
  } finally {
    child.kill()
  }
}

function configurationOf(bundle: string, flags: readonly string[]): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "smoke", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "smoke")],
);

const worker :Workerd.Worker = (
  modules = [(name = "smoke", esModule = embed "${bundle}")],
  compatibilityDate = "2025-06-01",
  compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(', ')}],
);
`
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
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(new Error(`workerd ended with ${signal ?? code}\n${errors}`)))
  })
}

async function journey(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(text)
  return text
}
