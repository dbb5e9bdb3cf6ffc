import type { Provider } from '@oauth/core'
import type { Tenants } from '@oauth/core/tenants'
import { CommandError, messageOf, UsageError } from '../errors.ts'
import { printable } from '../output.ts'
import type { ModuleExports } from './import-module.ts'

/** What the host's module exports: one provider, or the tenants that have a provider each. */
export type Served = { readonly provider: Provider } | { readonly tenants: Tenants }

/**
 * Finds what a module exports for the commands. A function or a promise that leads there will do.
 * @param path the module, as errors name it
 * @param name the only export to look at
 * @param prefersTenants whether an export with tenants counts before one with a provider
 * @throws {CommandError} when there is neither
 */
export async function servedBy(
  exported: ModuleExports,
  path: string,
  name: string | undefined,
  prefersTenants: boolean,
): Promise<Served> {
  const names = name === undefined ? ['provider', 'tenants', 'default'] : [name]
  let provider: Provider | undefined
  for (const one of names) {
    const value = exported[one]
    const made: unknown = await (typeof value === 'function' ? value() : value)
    if (isTenants(made)) return { tenants: made }
    if (isProvider(made)) provider ??= made
    if (provider !== undefined && !prefersTenants) break
  }
  if (provider !== undefined) return { provider }
  throw new CommandError(
    `${path} does not export a provider as ${names.join(' or ')}: export what createProvider or createTenants returned, or name it with --export`,
  )
}

/**
 * Returns the provider that a command works on.
 * @param path the module, as errors name it
 * @throws {UsageError} when `--tenant` is missing, or there are no tenants
 * @throws {CommandError} when there is no such tenant, or its options cannot be used
 */
export async function providerOf(served: Served, tenant: string | undefined, path: string): Promise<Provider> {
  if ('provider' in served) {
    if (tenant === undefined) return served.provider
    throw new UsageError(
      `--tenant is for a module that exports what createTenants returned, and ${path} exports one provider: leave it out.`,
    )
  }
  if (tenant === undefined) {
    throw new UsageError(
      `${path} exports many tenants: name one with --tenant <id>. oauth tenant list shows those that have clients or keys.`,
    )
  }
  const provider = await served.tenants.provider(tenant).catch((error: unknown): never => {
    const { cause = error } = error as Error
    throw new CommandError(`the options of the tenant ${printable(tenant)} cannot be used: ${messageOf(cause)}`)
  })
  if (provider !== undefined) return provider
  throw new CommandError(
    `there is no tenant ${printable(tenant)}: options of createTenants answers undefined for it. oauth tenant list shows those that have clients or keys`,
  )
}

function isTenants(value: unknown): value is Tenants {
  const { provider, deleteTenant } = (value ?? {}) as Partial<Tenants>
  return typeof provider === 'function' && typeof deleteTenant === 'function'
}

function isProvider(value: unknown): value is Provider {
  const { issuer } = (value ?? {}) as Partial<Provider>
  return typeof issuer === 'string'
}
