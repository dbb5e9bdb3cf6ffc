import type { TextOption } from '../command.ts'

/** The options that say where the host's module is. */
export const moduleOptions: Readonly<Record<keyof ModuleValues, TextOption>> = {
  provider: {
    kind: 'text',
    value: '<module>',
    summary: 'the module that exports the provider; default: package.json, oauth.config.*',
  },
  export: {
    kind: 'text',
    value: '<name>',
    summary: 'the name of the export; default: provider, then tenants, then default',
  },
  env: { kind: 'text', value: '<file>', summary: 'a file with environment variables, read before the module' },
}

/** What {@link moduleOptions} were set to. */
export interface ModuleValues {
  readonly provider: string | undefined
  readonly export: string | undefined
  readonly env: string | undefined
}

/** The options of the commands that use the provider of the host. */
export const hostOptions: Readonly<Record<keyof HostValues, TextOption>> = {
  ...moduleOptions,
  tenant: { kind: 'text', value: '<id>', summary: 'the tenant, where the module exports what createTenants returned' },
}

/** What {@link hostOptions} were set to. */
export interface HostValues extends ModuleValues {
  readonly tenant: string | undefined
}
