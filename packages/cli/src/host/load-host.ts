import { relative, resolve } from 'node:path'
import type { Provider } from '@oauth/core'
import type { CommandIo } from '../command-io.ts'
import { CommandError, messageOf, UsageError } from '../errors.ts'
import { closeExports } from './close-exports.ts'
import type { HostValues } from './host-options.ts'
import { importModule, type ModuleExports } from './import-module.ts'
import { findProject, type Project } from './project.ts'

/**
 * Loads the provider of the host, passes it on, and closes the storage that its module exports.
 * @returns what `use` returned
 * @throws {UsageError} when no module is named
 * @throws {CommandError} that says what the module lacks
 */
export async function withProvider<const Result>(
  io: CommandIo,
  values: HostValues,
  use: (provider: Provider) => Promise<Result>,
): Promise<Result> {
  const project = findProject(io.directory)
  const file = values.provider === undefined ? project.provider : resolve(io.directory, values.provider)
  if (file === undefined) {
    throw new UsageError(
      'No module exports the provider: name it with --provider, in package.json ("oauth": { "provider": "./src/oauth.ts" }), or in a file oauth.config.ts.',
    )
  }
  loadEnvironment(io, values.env, project)
  const exported = await importModule(file)
  try {
    return await use(await providerIn(exported, relative(io.directory, file), values.export))
  } finally {
    await closeExports(exported)
  }
}

/** Reads the variables of `--env`, or of the file in package.json when it is there. Those that are set stay. */
export function loadEnvironment(io: CommandIo, option: string | undefined, project: Project): void {
  const file = option === undefined ? project.envFile : resolve(io.directory, option)
  if (file === undefined) return
  try {
    process.loadEnvFile(file)
  } catch (error) {
    // A server gets its variables from its environment: only a file that was asked for has to be there.
    if (option !== undefined) throw new CommandError(`--env ${option} cannot be read: ${messageOf(error)}`)
  }
}

async function providerIn(exported: ModuleExports, path: string, name: string | undefined): Promise<Provider> {
  const names = name === undefined ? ['provider', 'default'] : [name]
  for (const one of names) {
    const value = exported[one]
    const made: unknown = await (typeof value === 'function' ? value() : value)
    if (isProvider(made)) return made
  }
  throw new CommandError(
    `${path} does not export a provider as ${names.join(' or ')}: export what createProvider returned, or name it with --export`,
  )
}

function isProvider(value: unknown): value is Provider {
  const { issuer } = (value ?? {}) as Partial<Provider>
  return typeof issuer === 'string'
}
