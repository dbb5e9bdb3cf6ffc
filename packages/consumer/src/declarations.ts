import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { type Compilation, compile, type Setting } from './compilers.ts'
import type { Entry } from './entries.ts'
import type { Project } from './install.ts'

/** Compiles programs and emits their declarations, which may name public entries and the project's dependencies alone. */
export async function emitDeclarations(
  { folder, dependencies }: Project,
  programs: readonly string[],
  entries: readonly Entry[],
  setting: Setting,
): Promise<Compilation> {
  const outDir = join(folder, `declarations-${Object.values(setting).join('-')}`)
  const options = { declaration: true, emitDeclarationOnly: true, outDir }
  const compilation = await compile(folder, programs, setting, options)
  const declarations = readdirSync(outDir).filter((file) => file.endsWith('.d.ts'))
  // Where types have no name, nothing is emitted; without a fault, everything has to be.
  if (compilation.faults.length === 0 && declarations.length !== programs.length) {
    throw new Error(`${compilation.title}: ${declarations.length} declarations of ${programs.length} programs`)
  }
  const specifiers = new Set(entries.map(({ specifier }) => specifier))
  const deep = declarations.flatMap((file) =>
    modulesIn(readFileSync(join(outDir, file), 'utf8'))
      .filter(
        (name) => !specifiers.has(name) && !isDependency(name, dependencies) && !isForAuthors(file, name, entries),
      )
      .map((name) => `${compilation.title}: ${file} names ${name}`),
  )
  return { ...compilation, faults: [...compilation.faults, ...deep] }
}

function modulesIn(declaration: string): readonly string[] {
  const places = declaration.matchAll(/\b(?:from|import\(|import) ?["'](?<name>[^"']+)["']/g)
  return [...new Set([...places].map(({ groups = {} }) => groups.name ?? ''))]
}

/** The schemas of client metadata are valibot's: whoever writes a feature installs it, and whoever uses one need not. */
function isForAuthors(file: string, name: string, entries: readonly Entry[]): boolean {
  const probe = /^probe-(\d+)\.d\.ts$/.exec(file)?.[1]
  return name === 'valibot' && entries[Number(probe)]?.specifier === '@oauth/core/feature'
}

/** A dependency that the project asked for itself, or Node's own (it has `@types/node`); of ours, only the entries. */
function isDependency(name: string, dependencies: readonly string[]): boolean {
  if (name.startsWith('@oauth/')) return false
  if (isBuiltin(name)) return true
  return dependencies.some((own) => name === own || name.startsWith(`${own}/`))
}
