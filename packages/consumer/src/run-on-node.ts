import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from './compilers.ts'
import type { Entry } from './entries.ts'
import type { Project } from './install.ts'
import { runCommand } from './run-command.ts'

/** Compiles programs as their author would, and runs them. */
export async function runPrograms({ folder }: Project, programs: readonly string[]): Promise<void> {
  const setting = { compiler: 'seven', resolution: 'nodenext', strictness: 'strict' } as const
  const { faults } = await compile(folder, programs, setting, { outDir: join(folder, 'programs') })
  if (faults.length > 0) throw new Error(faults.join('\n'))
  for (const program of programs) {
    await runCommand(process.execPath, [join('programs', program.replace(/ts$/, 'js'))], folder)
  }
}

/** Imports every entry, each in its own process, which has to end by itself: importing a module starts nothing. */
export async function importEntries({ folder }: Project, entries: readonly Entry[]): Promise<void> {
  writeFileSync(join(folder, 'import.mjs'), importing('await import(process.argv[2])'))
  for (const { specifier } of entries) await runCommand(process.execPath, ['import.mjs', specifier], folder)
}

/** Node 20.19, 22.12 and newer can. */
export function canRequireModules(): boolean {
  return (process.features as { readonly require_module?: boolean }).require_module === true
}

/** Does the same with `require`. */
export async function requireEntries({ folder }: Project, entries: readonly Entry[]): Promise<void> {
  writeFileSync(join(folder, 'require.cjs'), importing('require(process.argv[2])'))
  for (const { specifier } of entries) await runCommand(process.execPath, ['require.cjs', specifier], folder)
}

/** What a module adds to the globals of the platform is an effect that `sideEffects: false` denies. */
function importing(expression: string): string {
  return `const places = () => [globalThis, Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype]
  .flatMap((place, index) => Reflect.ownKeys(place).map((key) => index + String(key)))
const before = new Set(places())
const entry = ${expression}
const added = places().filter((key) => !before.has(key))
if (Object.keys(entry).length === 0) throw new Error('it exports nothing')
if (added.length > 0) throw new Error('it adds to the globals: ' + added.join(', '))
`
}
