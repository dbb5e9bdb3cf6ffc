import type { Provider } from '@oauth/core'
import { CommandError } from '../errors.ts'

/**
 * Checks that the provider has the report, which is a feature because its texts would be in every bundle of the core.
 * @param file the module of the host, as the error names it
 * @throws {CommandError} with the lines that the host has to add
 */
export function requireReport(provider: Provider, file: string): void {
  const { features, conformanceReport } = provider as Partial<Provider>
  if (typeof conformanceReport !== 'function') {
    throw new CommandError('the provider has no conformanceReport: update @oauth/core to the version of @oauth/cli')
  }
  if (features === undefined || 'conformanceReport' in features) return
  throw new CommandError(`The provider does not have the feature that makes reports. Add two lines to ${file}:

  import { conformanceReport } from '@oauth/core/features/conformance-report'

  features: [conformanceReport()],

The second one is an option of createProvider (with createTenants, of what options answers). Where there is a list of features,
add conformanceReport() to it. It serves no endpoint and costs nothing in a request.`)
}
