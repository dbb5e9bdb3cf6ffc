import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** The command line and the host's module of the tests as one JavaScript file each, so that a process starts at once. */
export interface Bundles {
  readonly bin: string
  /** The module that exports the provider. */
  readonly provider: string
  /** The module that exports tenants. */
  readonly tenants: string
  /** The module of a host whose tables nothing creates by itself. */
  readonly database: string
  /** The module that exports the Kysely instance of another server. */
  readonly foreign: string
}

let made: Promise<Bundles> | undefined

/** Bundles both once in each worker, into a folder like that of the package. The next run removes it. */
export function bundles(): Promise<Bundles> {
  made ??= make()
  return made
}

async function make(): Promise<Bundles> {
  removeLeftOvers()
  const folder = mkdtempSync(join(root, `node_modules/.bundles-${process.pid}-`))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'templates'), join(folder, 'templates'))
  await build({
    entryPoints: {
      bin: join(root, 'src/bin.ts'),
      provider: join(root, 'test/host/provider.ts'),
      tenants: join(root, 'test/host/tenants.ts'),
      database: join(root, 'test/host/database.ts'),
      foreign: join(root, 'test/host/foreign.ts'),
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
    tenants: join(folder, 'dist/tenants.mjs'),
    database: join(folder, 'dist/database.mjs'),
    foreign: join(folder, 'dist/foreign.mjs'),
  }
}

/** Removes the folders of workers that have ended: Vitest kills its workers, so they cannot do it themselves. */
function removeLeftOvers(): void {
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const pid = /^\.bundles-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(root, 'node_modules', name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
