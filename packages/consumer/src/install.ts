import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Packed } from './pack.ts'
import { installedVersion, readManifest } from './public-packages.ts'
import { runCommand } from './run-command.ts'

export interface Project {
  readonly folder: string
  /** The direct dependencies of the project. Its declarations may import only these. */
  readonly dependencies: readonly string[]
}

/**
 * Makes an empty project with npm: our tarballs, their peers (optional ones, too) and the `@types` that the peers need.
 * All other packages have the versions of the workspace, so that the result depends only on this repository.
 */
export async function installTarballs(
  packages: readonly Packed[],
  workspace: string,
  folder: string,
): Promise<Project> {
  const own = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const peers = versionsOf(packages, ({ manifest }) => [
    ...Object.keys(manifest.peerDependencies ?? {}),
    ...Object.keys(manifest.devDependencies ?? {}).filter((name) => name.startsWith('@types/')),
  ])
  const overrides = versionsOf(packages, ({ manifest }) => Object.keys(manifest.dependencies ?? {}))
  const node = { '@types/node': readManifest(join(workspace, 'node_modules/@types/node')).version }
  const dependencies = { ...peers, ...node, ...own }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies, overrides: without(overrides, dependencies) }),
  )
  // Run no install scripts: the workspace has already built what they would build.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  await runCommand('npm', ['install', ...flags], folder)
  for (const { source } of packages) {
    for (const name of Object.keys(source.manifest.peerDependencies ?? {})) {
      const built = join(source.folder, 'node_modules', name, 'build/Release')
      if (existsSync(built)) cpSync(built, join(folder, 'node_modules', name, 'build/Release'), { recursive: true })
    }
  }
  return { folder, dependencies: Object.keys(dependencies) }
}

function versionsOf(packages: readonly Packed[], names: (packed: Packed) => readonly string[]): Record<string, string> {
  const own = new Set(packages.map(({ name }) => name))
  return Object.fromEntries(
    packages.flatMap((packed) =>
      names(packed)
        .filter((name) => !own.has(name))
        .map((name) => [name, installedVersion(packed.source, name)]),
    ),
  )
}

function without(versions: Record<string, string>, others: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(versions).filter(([name]) => !(name in others)))
}
