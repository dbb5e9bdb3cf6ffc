import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Env } from '../env.ts'

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

/** Runs the bundle on workerd, and listens only on this machine. */
export function serve(port: number, env: Env): ChildProcess {
  const args = ['serve', join(root, 'workerd.capnp'), `--socket-addr=http=127.0.0.1:${port}`]
  return spawn(join(root, 'node_modules/workerd/bin/workerd'), args, {
    // Pass no variables of this machine: a Worker has none of them. (Next.js, elsewhere in this workspace, makes the
    // compiler believe that every environment has a NODE_ENV.)
    env: { ...env } as NodeJS.ProcessEnv & Env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
