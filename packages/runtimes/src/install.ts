import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * Puts the built core where an installation from a registry would: the manifest as it is published, `dist`, and nothing
 * of the sources. What resolves here resolves for users.
 */
export function installCore(from: string, into: string): void {
  if (!existsSync(join(from, 'dist/index.js'))) throw new Error(`${from} is not built: run \`npx -y pnpm@10 build\``)
  const modules = join(into, 'node_modules')
  const core = join(modules, '@oauth/core')
  rmSync(into, { recursive: true, force: true })
  mkdirSync(core, { recursive: true })

  const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(core, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }))
  cpSync(join(from, 'dist'), join(core, 'dist'), { recursive: true })
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    symlinkSync(realpathSync(join(from, 'node_modules', name)), join(modules, name), 'dir')
  }

  const dependencies = { '@oauth/core': '*', jose: '*' }
  writeFileSync(join(into, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  // Deno: take the modules that are there instead of installing.
  writeFileSync(join(into, 'deno.json'), JSON.stringify({ nodeModulesDir: 'manual' }))
}
