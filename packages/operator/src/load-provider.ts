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
  try {
    return await import(pathToFileURL(resolve(directory, path)).href)
  } catch (error) {
    const hint = /\.[cm]?tsx?$/.test(path) ? "; for TypeScript, run with NODE_OPTIONS='--import tsx'" : ''
    throw new Error(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}${hint}`)
  }
}

function isProvider(value: unknown): value is ReportingProvider {
  const { issuer, conformanceReport } = (value ?? {}) as Partial<ReportingProvider>
  return typeof issuer === 'string' && typeof conformanceReport === 'function'
}
