import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { type Manifest, type PublicPackage, readManifest } from './public-packages.ts'
import { runCommand } from './run-command.ts'

export interface Packed {
  readonly name: string
  readonly source: PublicPackage
  readonly tarball: string
  /** Where the tarball is unpacked. */
  readonly folder: string
  /** The manifest in the tarball: `publishConfig` is applied, and no range is `workspace:`. */
  readonly manifest: Manifest
  /** The paths in the tarball, separated by `/`. */
  readonly files: ReadonlySet<string>
}

/** Packs a package as `pnpm publish` would, and unpacks the tarball. */
export async function pack(source: PublicPackage, directory: string): Promise<Packed> {
  if (!existsSync(join(source.folder, 'dist'))) throw new Error(`${source.name} is not built: run pnpm build`)
  const folder = join(directory, source.name.replace(/^@/, '').replace('/', '-'))
  mkdirSync(folder, { recursive: true })
  const [command, ...args] = pnpm()
  await runCommand(command, [...args, 'pack', '--pack-destination', folder], source.folder)
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`${source.name}: pnpm pack made no tarball`)
  await runCommand('tar', ['xzf', tarball], folder)
  const unpacked = join(folder, 'package')
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)).split(sep).join('/'))
  return {
    name: source.name,
    source,
    tarball: join(folder, tarball),
    folder: unpacked,
    manifest: readManifest(unpacked),
    files: new Set(files),
  }
}

export function readTarball({ tarball }: Packed): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(tarball))
}

/** Returns the command of the pnpm that runs this script, because there may be none on PATH. */
function pnpm(): readonly [string, ...string[]] {
  const running = process.env.npm_execpath
  return running?.includes('pnpm') === true ? [process.execPath, running] : ['npx', '-y', 'pnpm@10']
}
