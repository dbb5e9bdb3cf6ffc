import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { type Compilation, compile, type Setting } from './compilers.ts'
import type { Entry } from './entries.ts'
import type { Project } from './install.ts'

/** Compiles programs and emits their declarations, which may import only public entries and the project's dependencies. */
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
  // The compiler emits nothing for a type that it cannot name. Without faults, it must emit all declarations.
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

/** Schemas of client metadata are valibot's. Authors of features install valibot; users of features need not. */
function isForAuthors(file: string, name: string, entries: readonly Entry[]): boolean {
  const probe = /^probe-(\d+)\.d\.ts$/.exec(file)?.[1]
  return name === 'valibot' && entries[Number(probe)]?.specifier === '@oauth/core/feature'
}

/** Whether a module is Node's or a direct dependency of the project. `false` for our packages: only entries are allowed. */
function isDependency(name: string, dependencies: readonly string[]): boolean {
  if (name.startsWith('@oauth/')) return false
  if (isBuiltin(name)) return true
  return dependencies.some((own) => name === own || name.startsWith(`${own}/`))
}
