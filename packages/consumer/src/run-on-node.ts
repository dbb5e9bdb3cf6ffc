import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-5'
import { compile } from './compilers.ts'
import { entriesOf } from './entries.ts'
import type { Project } from './install.ts'
import type { Packed } from './pack.ts'
import { runCommand } from './run-command.ts'

/** Compiles programs as a consumer would, and runs them. */
export async function runPrograms({ folder }: Project, programs: readonly string[]): Promise<void> {
  const setting = { compiler: 'seven', resolution: 'nodenext', strictness: 'strict' } as const
  const { faults } = await compile(folder, programs, setting, { outDir: join(folder, 'programs') })
  if (faults.length > 0) throw new Error(faults.join('\n'))
  for (const program of programs) {
    await runCommand(process.execPath, [join('programs', program.replace(/ts$/, 'js'))], folder)
  }
}

/** Imports each entry in its own process. The process must end by itself, because an import must start nothing. */
export function importEntries(project: Project, packages: readonly Packed[]): Promise<void> {
  return loadEntries(project, packages, 'import.mjs', (name) => `await import(${name})`)
}

/** Whether this Node supports `require` of ES modules: 20.19, 22.12 and newer do. */
export function canRequireModules(): boolean {
  return (process.features as { readonly require_module?: boolean }).require_module === true
}

/** Loads each entry with `require`, in its own process. */
export function requireEntries(project: Project, packages: readonly Packed[]): Promise<void> {
  return loadEntries(project, packages, 'require.cjs', (name) => `require(${name})`)
}

/**
 * Loads each entry and fails if it exports nothing or adds to the globals, which `sideEffects: false` denies. Loads the
 * imported packages first, because their effects on the globals are not ours.
 */
async function loadEntries(
  { folder }: Project,
  packages: readonly Packed[],
  file: string,
  load: (name: string) => string,
): Promise<void> {
  const program = `const [entry, ...others] = process.argv.slice(2)
const places = () => [globalThis, Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype]
  .flatMap((place, index) => Reflect.ownKeys(place).map((key) => index + String(key)))
for (const other of others) ${load('other')}
const before = new Set(places())
if (Object.keys(${load('entry')}).length === 0) throw new Error(entry + ' exports nothing')
const added = places().filter((key) => !before.has(key))
if (added.length > 0) throw new Error(entry + ' adds to the globals: ' + added.join(', '))
`
  writeFileSync(join(folder, file), program)
  for (const packed of packages) {
    const others = importsOf(packed)
    for (const { specifier } of entriesOf(packed))
      await runCommand(process.execPath, [file, specifier, ...others], folder)
  }
}

/** Returns the modules of other packages that the scripts of a package import. */
function importsOf({ folder, files }: Packed): readonly string[] {
  const scripts = [...files].filter((file) => file.endsWith('.js'))
  const names = scripts.flatMap((file) =>
    ts.preProcessFile(readFileSync(join(folder, file), 'utf8')).importedFiles.map(({ fileName }) => fileName),
  )
  return [...new Set(names)].filter((name) => !name.startsWith('.'))
}
