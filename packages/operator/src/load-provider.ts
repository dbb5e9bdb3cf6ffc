import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Provider } from '@oauth/core'

/** What the command needs of a provider. */
export type ReportingProvider = Pick<Provider, 'issuer' | 'conformanceReport'>

/**
 * Loads the provider that a module of the host exports: as `provider`, as `default`, or under the name that was asked for.
 * The export may be a promise, or a function that returns the provider.
 * @throws {Error} that says what the module lacks
 */
export async function loadProvider(
  directory: string,
  path: string,
  name: string | undefined,
): Promise<ReportingProvider> {
  const module = (await importModule(directory, path)) as Readonly<Record<string, unknown>>
  const names = name === undefined ? ['provider', 'default'] : [name]
  for (const one of names) {
    const exported = module[one]
    const made: unknown = await (typeof exported === 'function' ? exported() : exported)
    if (isProvider(made)) return made
  }
  throw new Error(
    `${path} does not export a provider as ${names.join(' or ')}: export what createProvider returned, or name it with --export`,
  )
}

async function importModule(directory: string, path: string): Promise<unknown> {
  const file = resolve(directory, path)
  if (!existsSync(file)) throw new Error(`${path} cannot be loaded: there is no file ${file}`)
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const hint = mayNeedTsx(path, error) ? "; for TypeScript, run with NODE_OPTIONS='--import tsx'" : ''
    throw new Error(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}${hint}`)
  }
}

/** Tells whether Node could not read the module, or one that it imports. Other errors are those of the host's own code. */
function mayNeedTsx(path: string, error: unknown): boolean {
  const { code = '' } = (error ?? {}) as { readonly code?: string }
  const codes = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND']
  return /\.[cm]?tsx?$/.test(path) && (error instanceof SyntaxError || codes.includes(code))
}

function isProvider(value: unknown): value is ReportingProvider {
  const { issuer, conformanceReport } = (value ?? {}) as Partial<ReportingProvider>
  return typeof issuer === 'string' && typeof conformanceReport === 'function'
}
