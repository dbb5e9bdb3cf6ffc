import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * Installs the built packages as from a registry: the published manifest and `dist`, without the sources. Also installs
 * the packages that they and the journey import. An import that resolves here resolves for users, too.
 */
export function installPackages(own: readonly string[], into: string, others: readonly string[]): void {
  const modules = join(into, 'node_modules')
  rmSync(into, { recursive: true, force: true })
  mkdirSync(modules, { recursive: true })
  const names = own.map((from) => installPackage(from, modules))
  for (const place of others) link(place, join(modules, basename(place)))

  const dependencies = Object.fromEntries(
    [...names, ...others.map((place) => basename(place))].map((name) => [name, '*']),
  )
  writeFileSync(join(into, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  // Make Deno use the existing modules instead of installing its own.
  writeFileSync(join(into, 'deno.json'), JSON.stringify({ nodeModulesDir: 'manual' }))
}

function installPackage(from: string, modules: string): string {
  if (!existsSync(join(from, 'dist/index.js'))) throw new Error(`${from} is not built: run \`npx -y pnpm@10 build\``)
  const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
  const place = join(modules, manifest.name)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }))
  cpSync(join(from, 'dist'), join(place, 'dist'), { recursive: true })
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    link(join(from, 'node_modules', name), join(modules, name))
  }
  return manifest.name
}

function link(from: string, place: string): void {
  if (!existsSync(place)) symlinkSync(realpathSync(from), place, 'dir')
}
