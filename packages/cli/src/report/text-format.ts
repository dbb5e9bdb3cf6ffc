import type { ConformanceFinding, ConformanceStandard } from '@oauth/core'
import { printable } from '../output.ts'
import type { ReportFormat } from './report-format.ts'

const titles: Readonly<Record<ConformanceStandard, string>> = {
  'oauth2.1': 'OAuth 2.1',
  fapi2: 'FAPI 2.0',
  mcp: 'Model Context Protocol',
}

/**
 * Writes a report for people: what is not met, and what has to be looked at, with what to change.
 * @param all whether the rules that are met are written as well
 */
export function textFormat(all: boolean): ReportFormat {
  let heading = ''
  return {
    begin: (issuer, standard) => `${titles[standard]}: ${printable(issuer)}\n`,
    finding(finding) {
      if (finding.status === 'met' && !all) return ''
      const next = headingOf(finding)
      const above = next === heading ? '' : `\n${next}\n`
      heading = next
      return above + linesOf(finding)
    },
    end: ({ met, notMet, cannotTell, clients }) =>
      `\n${met} met, ${notMet} not met, ${cannotTell} cannot be told by the server. Clients: ${clients}.\n`,
  }
}

function headingOf({ subject, clientId }: ConformanceFinding): string {
  if (clientId !== undefined) return `Client ${printable(clientId)}`
  return subject === 'deployment' ? 'Deployment' : 'Server'
}

function linesOf({ status, requirement, found, change, section, rule }: ConformanceFinding): string {
  const lines = [
    `  ${status.padEnd(11)} ${requirement} (${rule})`,
    ...(found === undefined ? [] : [`${indent}found: ${printable(found)}`]),
    ...(change === undefined ? [] : [`${indent}${status === 'not met' ? 'change' : 'check'}: ${printable(change)}`]),
    indent + section,
  ]
  return `${lines.join('\n')}\n`
}

const indent = ' '.repeat(14)
