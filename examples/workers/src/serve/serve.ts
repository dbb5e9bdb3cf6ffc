import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Env } from '../env.ts'

/** What comes from the environment. The object is in `workerd.capnp`. */
type Variables = Omit<Env, 'IDENTITY'>

const root = join(import.meta.dirname, '../..')

/**
 * Bundles everything into one module, as wrangler does. It sets no platform, so that an import of a Node module fails.
 */
export async function bundle(): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/worker.ts')],
    outfile: join(root, 'dist/worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'warning',
  })
}

/** The folder in which workerd keeps the databases of the objects. */
export const dataFolder: string = join(root, 'data')

/** Runs the bundle on workerd, keeps the data in a folder, and listens only on this machine. */
export function serve(port: number, env: Variables, data: string = dataFolder): ChildProcess {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const args = [
    ...['serve', join(root, 'workerd.capnp')],
    ...[`--socket-addr=http=127.0.0.1:${port}`, `--directory-path=disk=${data}`],
  ]
  return spawn(join(root, 'node_modules/workerd/bin/workerd'), args, {
    // Pass no variables of this machine: a Worker has none of them. (Next.js, elsewhere in this workspace, makes the
    // compiler believe that every environment has a NODE_ENV.)
    env: { ...env } as NodeJS.ProcessEnv & Variables,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
