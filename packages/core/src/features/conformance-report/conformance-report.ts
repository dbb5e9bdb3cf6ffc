import type {
  ConformanceFinding,
  ConformanceReporter,
  ConformanceReportOptions,
  ConformanceStandard,
} from '../../contracts/conformance.ts'
import type { Feature } from '../../contracts/feature.ts'
import { report } from './report.ts'
import { standards } from './standards.ts'

export type { ConformanceFinding, ConformanceReporter, ConformanceReportOptions, ConformanceStandard }

/** `provider.features.conformanceReport` */
export interface ConformanceReports {
  /** The same function as `provider.conformanceReport`. */
  readonly rate: ConformanceReporter
}

/**
 * A feature that rates the configuration and every client by a standard, rule by rule, and says what to change. It serves
 * no endpoint and costs nothing in a request.
 * @example
 * ```ts
 * const provider = createProvider({ features: [conformanceReport()], ... })
 * for await (const { status, clientId, requirement, change } of provider.conformanceReport('oauth2.1')) {
 *   if (status === 'not met') console.log(clientId ?? 'server', requirement, change)
 * }
 * ```
 */
export function conformanceReport(): Feature<'conformanceReport', ConformanceReports> {
  return Object.freeze<Feature<'conformanceReport', ConformanceReports>>({
    name: 'conformanceReport',
    start: (core) => ({
      api: {
        rate(standard, options = {}) {
          if (Object.hasOwn(standards, standard)) return report(core, standard, options)
          throw new TypeError(`conformanceReport: ${standard} is not one of ${Object.keys(standards).join(', ')}`)
        },
      },
    }),
  })
}
