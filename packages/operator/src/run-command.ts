import { parseArgs } from 'node:util'
import type { ConformanceFinding, ConformanceStandard } from '@oauth/core'
import { jsonFormat } from './json-format.ts'
import { loadProvider, type ReportingProvider } from './load-provider.ts'
import { textFormat } from './text-format.ts'

/** What the command uses of the process that runs it. */
export interface CommandIo {
  /** The directory that paths are relative to. */
  readonly directory: string
  write(text: string): Promise<void> | void
  writeError(text: string): Promise<void> | void
}

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

const standards: readonly ConformanceStandard[] = ['oauth2.1', 'fapi2', 'mcp']

const usage = `Usage: oauth report <${standards.join('|')}> <module> [--json] [--all] [--no-clients] [--export <name>]

Rates the provider that <module> exports (as provider, or as default), and every client of its storage.
  --json          one JSON document instead of text
  --all           also the rules that are met (text; the JSON always has them)
  --no-clients    the server alone
  --export <name> the name of the export

Exit code: 0 when every rule is met or cannot be told, 1 when a rule is not met, 2 when there is no report.
`

/**
 * Runs the operator's command.
 * @param args the arguments after the name of the command
 * @returns the exit code: 0, 1 when a rule is not met, 2 when there is no report
 */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const asked = parse(args)
  if (typeof asked === 'string') {
    await io.writeError(`${asked}\n\n${usage}`)
    return 2
  }
  if (asked.help) {
    await io.write(usage)
    return 0
  }
  let provider: ReportingProvider
  try {
    provider = await loadProvider(io.directory, asked.module, asked.export)
  } catch (error) {
    await io.writeError(`${messageOf(error)}\n`)
    return 2
  }
  return write(provider, asked, io)
}

interface Asked {
  readonly help: boolean
  readonly standard: ConformanceStandard
  readonly module: string
  readonly export: string | undefined
  readonly json: boolean
  readonly all: boolean
  readonly clients: boolean
}

/** Returns what the arguments ask for; a text says what is wrong with them. */
function parse(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        'no-clients': { type: 'boolean', default: false },
        export: { type: 'string' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
    const { json, all, help } = values
    const options = { json, all, help, export: values.export, clients: !values['no-clients'] }
    if (help) return { ...options, standard: 'oauth2.1', module: '' }
    const [command, name, module, another] = positionals
    if (command !== 'report') return command === undefined ? 'A command is missing.' : `There is no command ${command}.`
    const standard = standards.find((one) => one === name)
    if (standard === undefined) return `The standard is one of ${standards.join(', ')}, not ${name ?? 'nothing'}.`
    if (module === undefined) return 'The module that exports the provider is missing.'
    return another === undefined ? { ...options, standard, module } : `What is ${another}?`
  } catch (error) {
    return messageOf(error)
  }
}

async function write(provider: ReportingProvider, asked: Asked, io: CommandIo): Promise<number> {
  const format = asked.json ? jsonFormat() : textFormat(asked.all)
  const counts = { met: 0, 'not met': 0, 'cannot tell': 0 }
  let clients = 0
  let last: string | undefined
  try {
    const findings = provider.conformanceReport(asked.standard, { clients: asked.clients })
    await io.write(format.begin(provider.issuer, asked.standard))
    for await (const finding of findings) {
      counts[finding.status]++
      if (finding.clientId !== undefined && finding.clientId !== last) {
        clients++
        last = finding.clientId
      }
      await io.write(format.finding(finding))
    }
  } catch (error) {
    await io.writeError(`${messageOf(error)}\n`)
    return 2
  }
  const summary = { met: counts.met, notMet: counts['not met'], cannotTell: counts['cannot tell'], clients }
  await io.write(format.end(summary))
  return summary.notMet > 0 ? 1 : 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
