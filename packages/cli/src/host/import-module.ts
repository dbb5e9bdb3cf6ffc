import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { CommandError, messageOf } from '../errors.ts'

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>

/**
 * Imports a module of the host. Node reads TypeScript itself where it can; otherwise the `tsx` that is installed beside the
 * module does.
 * @throws {CommandError} that says what to change
 */
export async function importModule(file: string): Promise<ModuleExports> {
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}: correct the path`)
  if (isTypeScript(file)) await readTypeScript(file)
  try {
    return (await import(pathToFileURL(file).href)) as ModuleExports
  } catch (error) {
    const hint = mayNeedTsx(file, error) ? "; tsx may read it: install it, and set NODE_OPTIONS='--import tsx'" : ''
    throw new CommandError(`${file} cannot be loaded: ${messageOf(error)}${hint}`)
  }
}

/** Whether this Node, as it was started, reads TypeScript. Node 22.18 and newer do. */
function readsTypeScript(): boolean {
  return Boolean((process.features as { readonly typescript?: string | false }).typescript)
}

async function readTypeScript(file: string): Promise<void> {
  if (readsTypeScript() || readers.has('tsx')) return
  let loader: string
  try {
    loader = createRequire(file).resolve('tsx')
  } catch {
    throw new CommandError(
      `${file} is TypeScript, which Node ${process.versions.node} does not read: install tsx beside it (npm install --save-dev tsx), use Node 22.18 or newer, or name a module that is built`,
    )
  }
  // Importing it is what `--import tsx` does.
  await import(pathToFileURL(loader).href)
  readers.add('tsx')
}

const readers = new Set<'tsx'>()

function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file)
}

/** Whether Node could not read the module, or one that it imports. Other errors are those of the host's own code. */
function mayNeedTsx(file: string, error: unknown): boolean {
  const { code = '' } = (error ?? {}) as { readonly code?: string }
  const codes = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND']
  return isTypeScript(file) && !readers.has('tsx') && (error instanceof SyntaxError || codes.includes(code))
}
