import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { tryCommand } from './run-command.ts'

const require = createRequire(import.meta.url)

/** TypeScript 7, which this repository uses, and the newest and the oldest tested version of TypeScript 5. */
const compilers = { seven: 'typescript', five: 'typescript-5', oldest: 'typescript-5-oldest' }

/** How modules and the platform's types are found: as with a bundler for browsers, or as on Node. */
const places = {
  bundler: { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] },
  nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2023'], types: ['node'] },
}

/** `strict` is the default of new projects. Our declarations must also compile without the stricter settings. */
const strictness = {
  strict: {},
  stricter: { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noImplicitOverride: true },
}

export interface Setting {
  readonly compiler: keyof typeof compilers
  readonly resolution: keyof typeof places
  readonly strictness: keyof typeof strictness
}

/** Settings that cover each compiler, resolution and strictness. All combinations find no more and take minutes. */
export const settings: readonly Setting[] = [
  { compiler: 'seven', resolution: 'bundler', strictness: 'strict' },
  { compiler: 'seven', resolution: 'nodenext', strictness: 'stricter' },
  { compiler: 'five', resolution: 'nodenext', strictness: 'strict' },
  { compiler: 'oldest', resolution: 'bundler', strictness: 'stricter' },
]

export interface Compilation {
  /** A description of the setting. */
  readonly title: string
  /** The errors in our declarations and in the consumer's programs. */
  readonly faults: readonly string[]
  /** The number of errors in the declarations of other packages, which we cannot fix. */
  readonly foreign: number
}

/** Compiles files of a project, together with the declarations of all packages (`skipLibCheck` is off). */
export async function compile(
  folder: string,
  files: readonly string[],
  setting: Setting,
  options: Readonly<Record<string, unknown>>,
): Promise<Compilation> {
  const { version, script } = find(setting.compiler)
  const title = `TypeScript ${version}, ${setting.resolution}, ${setting.strictness}`
  const configuration = join(folder, `tsconfig.${Object.values(setting).join('-')}-${files.length}.json`)
  const compilerOptions = {
    target: 'ES2022',
    strict: true,
    skipLibCheck: false,
    ...strictness[setting.strictness],
    ...places[setting.resolution],
    ...options,
  }
  writeFileSync(configuration, JSON.stringify({ compilerOptions, files }))
  const args = [script, '-p', configuration, '--pretty', 'false']
  const { status, output } = await tryCommand(process.execPath, args, folder)
  const errors = output.split('\n').filter((line) => /\berror TS\d+:/.test(line))
  if (status !== 0 && errors.length === 0) throw new Error(`${title}: ended with ${status}\n${output}`)
  const faults = errors.filter((line) => !isForeign(line))
  return { title, faults: faults.map((line) => `${title}: ${line}`), foreign: errors.length - faults.length }
}

function isForeign(line: string): boolean {
  return /^(?:\.\.?\/)*node_modules\/(?!@oauth\/)/.test(line)
}

function find(compiler: keyof typeof compilers): { readonly version: string; readonly script: string } {
  const manifest = require.resolve(`${compilers[compiler]}/package.json`)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  return { version, script: join(dirname(manifest), 'bin/tsc') }
}
