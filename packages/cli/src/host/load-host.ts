import { relative, resolve } from 'node:path'
import type { Provider } from '@oauth/core'
import type { CommandIo } from '../command-io.ts'
import { CommandError, messageOf, UsageError } from '../errors.ts'
import { closeExports } from './close-exports.ts'
import type { HostValues, ModuleValues } from './host-options.ts'
import { importModule, type ModuleExports } from './import-module.ts'
import { findProject, type Project } from './project.ts'
import { providerOf, type Served, servedBy } from './served.ts'

/** The host's module, and what it exports for the commands. */
export interface Host {
  readonly served: Served
  /** The module, relative to the directory of the command. */
  readonly path: string
  readonly exported: ModuleExports
}

/**
 * Loads the module of the host, passes it on, and closes the storage that it exports.
 * @param values with a tenant, an export with tenants counts before one with a provider
 * @returns what `use` returned
 * @throws {UsageError} when no module is named
 * @throws {CommandError} that says what the module lacks
 */
export async function withHost<const Result>(
  io: CommandIo,
  values: ModuleValues & { readonly tenant?: string | undefined },
  use: (host: Host) => Promise<Result>,
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
    const path = relative(io.directory, file)
    const served = await servedBy(exported, path, values.export, values.tenant !== undefined)
    return await use({ served, path, exported })
  } finally {
    await closeExports(exported)
  }
}

/**
 * Loads the provider of the host, or that of the tenant of `--tenant`, passes it on, and closes the storage that the module exports.
 * @returns what `use` returned
 * @throws {UsageError} when no module is named, or `--tenant` does not fit what it exports
 * @throws {CommandError} that says what the module lacks
 */
export function withProvider<const Result>(
  io: CommandIo,
  values: HostValues,
  use: (provider: Provider, path: string) => Promise<Result>,
): Promise<Result> {
  return withHost(io, values, async ({ served, path }) => use(await providerOf(served, values.tenant, path), path))
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
