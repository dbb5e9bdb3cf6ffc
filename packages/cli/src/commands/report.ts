import type { ConformanceStandard } from '@oauth/core'
import { type Command, defineCommand } from '../command.ts'
import { hostOptions } from '../host/host-options.ts'
import { withProvider } from '../host/load-host.ts'
import { jsonFormat } from '../report/json-format.ts'
import { requireReport } from '../report/require-report.ts'
import { textFormat } from '../report/text-format.ts'

const standards: readonly ConformanceStandard[] = ['oauth2.1', 'fapi2', 'mcp']

/** Rates the provider and its clients by a standard. */
export const report: Command = defineCommand({
  name: 'report',
  summary: 'Rate the server and its clients by a standard, rule by rule',
  details:
    'The provider needs the feature conformanceReport(), which a server of oauth init has. The exit code is 1 when a rule is not met.',
  arguments: [{ name: 'standard', choices: standards, summary: 'the standard' }],
  options: {
    ...hostOptions,
    json: { kind: 'flag', summary: 'one JSON document, with every rule' },
    all: { kind: 'flag', summary: 'also the rules that are met' },
    'no-clients': { kind: 'flag', summary: 'the server alone' },
  },
  run: (io, values, [standard]) =>
    withProvider(io, values, async (provider, path) => {
      requireReport(provider, path)
      const format = values.json ? jsonFormat() : textFormat(values.all)
      const counts = { met: 0, 'not met': 0, 'cannot tell': 0 }
      let clients = 0
      let last: string | undefined
      const asked = standard as ConformanceStandard
      const findings = provider.conformanceReport(asked, { clients: !values['no-clients'] })
      await io.write(format.begin(provider.issuer, asked))
      for await (const finding of findings) {
        counts[finding.status]++
        if (finding.clientId !== undefined && finding.clientId !== last) {
          last = finding.clientId
          clients++
          io.progress?.(`${clients} clients`)
        }
        await io.write(format.finding(finding))
      }
      const summary = { met: counts.met, notMet: counts['not met'], cannotTell: counts['cannot tell'], clients }
      await io.write(format.end(summary))
      return summary.notMet > 0 ? 1 : 0
    }),
})
