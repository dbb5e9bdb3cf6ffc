import type { ReportFormat } from './report-format.ts'

/** Writes one JSON document, with a finding on each line. */
export function jsonFormat(): ReportFormat {
  let separator = ''
  return {
    begin: (issuer, standard) =>
      `{"issuer":${JSON.stringify(issuer)},"standard":${JSON.stringify(standard)},"findings":[\n`,
    finding(finding) {
      const line = separator + JSON.stringify(finding)
      separator = ',\n'
      return line
    },
    end: (summary) => `\n],"summary":${JSON.stringify(summary)}}\n`,
  }
}
