import type { TextOption } from '../command.ts'

/** The options of the commands that use the provider of the host. */
export const hostOptions: Readonly<Record<keyof HostValues, TextOption>> = {
  provider: {
    kind: 'text',
    value: '<module>',
    summary: 'the module that exports the provider; default: package.json, oauth.config.*',
  },
  export: { kind: 'text', value: '<name>', summary: 'the name of the export; default: provider, then default' },
  env: { kind: 'text', value: '<file>', summary: 'a file with environment variables, read before the module' },
}

/** What {@link hostOptions} were set to. */
export interface HostValues {
  readonly provider: string | undefined
  readonly export: string | undefined
  readonly env: string | undefined
}
