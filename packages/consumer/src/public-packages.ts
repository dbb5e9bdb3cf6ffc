import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Versions = Readonly<Record<string, string>>

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly keywords?: readonly string[]
  readonly private?: boolean
  readonly type?: string
  readonly sideEffects?: boolean
  readonly engines?: Versions
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly peerDependencies?: Versions
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface PublicPackage {
  readonly name: string
  readonly folder: string
  /** The manifest in the workspace. */
  readonly manifest: Manifest
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Returns every package of the workspace that is not private, so that a new package is checked at once. */
export function publicPackages(workspace: string): readonly PublicPackage[] {
  return readdirSync(join(workspace, 'packages'))
    .map((name) => join(workspace, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }))
}

/** Returns the version of a dependency in the workspace, which is the version that the tests use. */
export function installedVersion({ folder, name }: PublicPackage, dependency: string): string {
  const place = join(folder, 'node_modules', dependency)
  if (!existsSync(place)) throw new Error(`${name}: ${dependency} is not among its devDependencies`)
  return readManifest(place).version
}
