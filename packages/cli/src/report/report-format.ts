import type { ConformanceFinding, ConformanceStandard } from '@oauth/core'

/** How many rules turned out how. */
export interface Summary {
  readonly met: number
  readonly notMet: number
  readonly cannotTell: number
  /** How many clients were rated. */
  readonly clients: number
}

/** Writes a report piece by piece, so that a report of many clients needs little memory. */
export interface ReportFormat {
  begin(issuer: string, standard: ConformanceStandard): string
  finding(finding: ConformanceFinding): string
  end(summary: Summary): string
}
