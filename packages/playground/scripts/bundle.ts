import { cp, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Builds the playground into a folder: one page, one script, one style. No shims: the core itself runs in browsers. */
export async function bundle(folder: string = join(root, 'dist')): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [join(root, 'src/main.ts')],
    outfile: join(folder, 'playground.js'),
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: ['es2023'],
    legalComments: 'none',
    logLevel: 'warning',
  })
  await build({
    entryPoints: [join(root, 'src/playground.css')],
    outfile: join(folder, 'playground.css'),
    bundle: true,
    minify: true,
    logLevel: 'warning',
  })
  await cp(join(root, 'src/index.html'), join(folder, 'index.html'))
  return folder
}
