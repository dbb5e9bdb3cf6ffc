import { printable, table } from '../output.ts'
import type { Kind } from './entry.ts'

/** What became of a row. `refused`: it cannot be carried over as it is. */
export type RowOutcome = 'imported' | 'replaced' | 'unchanged' | 'conflict' | 'refused'

export type Counts = Readonly<Record<RowOutcome, number>>

/** Something that the operator has to know. It has no secrets: of a row it shows the client's id, and what it cannot have here. */
export interface ImportFinding {
  readonly kind: Kind | 'input'
  readonly client_id?: string
  /** The first place, for instance `line 7`. */
  readonly place: string
  /** `note`: the row was imported all the same. */
  readonly result: 'refused' | 'conflict' | 'note'
  readonly text: string
  /** How many rows it is true of. */
  readonly rows: number
}

export interface ImportReport {
  readonly clients: Counts
  readonly consents: Counts
  readonly findings: readonly ImportFinding[]
}

/** Collects what became of the rows. Rows with the same finding are counted, so that a million consents need little room. */
export interface ReportBuilder {
  count(kind: Kind, outcome: RowOutcome): void
  /** Notes a finding, of one row unless it is of several. */
  note(finding: Omit<ImportFinding, 'rows'>, rows?: number): void
  /** How many rows have been read. */
  total(): number
  build(): ImportReport
}

const none: Counts = { imported: 0, replaced: 0, unchanged: 0, conflict: 0, refused: 0 }

export function createReport(): ReportBuilder {
  const counts = { client: { ...none }, consent: { ...none } }
  const findings = new Map<string, ImportFinding>()
  let rows = 0
  return {
    count(kind, outcome) {
      rows += 1
      counts[kind] = { ...counts[kind], [outcome]: counts[kind][outcome] + 1 }
    },
    note(finding, more = 1) {
      const key = JSON.stringify([finding.kind, finding.client_id, finding.result, finding.text])
      const known = findings.get(key)
      findings.set(key, known === undefined ? { ...finding, rows: more } : { ...known, rows: known.rows + more })
    },
    total: () => rows,
    build: () => ({ clients: counts.client, consents: counts.consent, findings: [...findings.values()] }),
  }
}

/** Whether everything was carried over. */
export function isComplete({ findings }: ImportReport): boolean {
  return findings.every(({ result }) => result === 'note')
}

/** Writes a report for people. */
export function textOf({ clients, consents, findings }: ImportReport, dryRun: boolean): string {
  const lines = findings.map(({ kind, client_id, place, result, text, rows }) => [
    result,
    kind,
    client_id,
    rows === 1 ? place : `${place} and ${rows - 1} more`,
    text,
  ])
  const found = findings.length === 0 ? '' : `${table(['RESULT', 'WHAT', 'CLIENT', 'WHERE', 'WHY'], lines, '')}\n`
  const done = dryRun ? 'Nothing was written. It would be:\n' : ''
  return `${found}${done}${printable(`Clients: ${sentence(clients)}`)}\n${printable(`Consents: ${sentence(consents)}`)}\n`
}

function sentence(counts: Counts): string {
  return `${Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}.`
}
