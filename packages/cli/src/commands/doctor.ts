import { type Command, defineCommand } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding, Rating } from '../doctor/finding.ts'
import { observe } from '../doctor/observe.ts'
import { UsageError } from '../errors.ts'
import { json, printable } from '../output.ts'

/** Looks at a running server from outside, as a client does. */
export const doctor: Command = defineCommand({
  name: 'doctor',
  summary: 'Look at a running server from outside, and say what to change',
  details: `It needs no provider: it sends about ten requests, as a client would, to a server of any make. It rates what it finds ok,
warn or bad. The exit code is 1 when something is bad, and with --strict also when there is a warning.`,
  arguments: [{ name: 'issuer', summary: 'the issuer, for instance https://id.example.com/auth' }],
  options: {
    strict: { kind: 'flag', summary: 'the exit code is 1 for warnings, too' },
    all: { kind: 'flag', summary: 'also what is as it should be' },
    timeout: { kind: 'number', value: '<seconds>', least: 1, most: 300, summary: 'for each request; default 10' },
    json: { kind: 'flag', summary: 'one JSON document: issuer, findings, summary' },
  },
  async run(io, values, [issuer = '']) {
    if (!/^https?:\/\//.test(issuer) || !URL.canParse(issuer) || /[?#]/.test(issuer)) {
      throw new UsageError(`<issuer> must be an https URL without query and fragment, not ${issuer}.`)
    }
    const seen = await observe(issuer, values.timeout ?? 10, (text) => io.progress?.(text))
    const findings = examine(seen)
    const count = (rating: Rating): number => findings.filter((one) => one.rating === rating).length
    const summary = { ok: count('ok'), warn: count('warn'), bad: count('bad') }
    if (values.json) await io.write(json({ issuer, findings, summary }))
    else {
      const shown = findings.filter(({ rating }) => values.all || rating !== 'ok')
      const counts = `${summary.ok} ok, ${summary.warn} warnings, ${summary.bad} bad.`
      await io.write(`${printable(issuer)}\n\n${shown.map(lines).join('')}${shown.length > 0 ? '\n' : ''}${counts}\n`)
    }
    return summary.bad > 0 || (values.strict && summary.warn > 0) ? 1 : 0
  },
})

function lines({ rating, check, found, change }: Finding): string {
  const next = change === undefined ? '' : `      change: ${printable(change)}\n`
  return `${rating.padEnd(4)}  ${check}: ${printable(found)}\n${next}`
}
