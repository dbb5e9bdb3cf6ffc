import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** The command line and the host's module of the tests as one JavaScript file each, so that a process starts at once. */
export interface Bundles {
  readonly bin: string
  /** The module that exports the provider. */
  readonly provider: string
  /** The module of a host whose tables nothing creates by itself. */
  readonly database: string
}

let made: Promise<Bundles> | undefined

/** Bundles both once in each worker. The folder is like that of the package, and goes with the worker. */
export function bundles(): Promise<Bundles> {
  made ??= make()
  return made
}

async function make(): Promise<Bundles> {
  const folder = mkdtempSync(join(root, 'node_modules/.bundles-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'templates'), join(folder, 'templates'))
  await build({
    entryPoints: {
      bin: join(root, 'src/bin.ts'),
      provider: join(root, 'test/host/provider.ts'),
      database: join(root, 'test/host/database.ts'),
    },
    outdir: join(folder, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    external: ['better-sqlite3', 'kysely', 'tsx'],
    logLevel: 'silent',
  })
  return {
    bin: join(folder, 'dist/bin.mjs'),
    provider: join(folder, 'dist/provider.mjs'),
    database: join(folder, 'dist/database.mjs'),
  }
}
