import type { ClientImport, Provider } from '@oauth/core'
import { CommandError, messageOf } from '../errors.ts'
import { createMergedConsents, type PlacedConsent } from './consents.ts'
import type { Entry } from './entry.ts'
import { createReport, type ImportReport, type ReportBuilder } from './report.ts'
import { member, type Row, RowProblem } from './row.ts'
import type { ReadClient, ReadConsent, Source, SourceSettings } from './source.ts'

/** How an import is carried out. */
export interface ImportSettings extends SourceSettings {
  readonly dryRun: boolean
  readonly replace: boolean
  /** Imports clients that lose something by it. */
  readonly reduced: boolean
}

/** How many consents are written at the same time. */
const together = 10

type Target = Pick<Provider, 'importClient' | 'importConsent'>

/**
 * Imports all rows. A row that is wrong does not stop the others. It may be run again at any time: what is done stays.
 * @throws {CommandError} when the storage fails; what was imported until then is complete
 */
export async function runImport(
  provider: Target,
  source: Source,
  entries: AsyncIterable<Entry>,
  settings: ImportSettings,
  progress: (rows: number) => void = () => undefined,
): Promise<ImportReport> {
  const report = createReport()
  const run: Run = { provider, source, settings, report, planned: new Set() }
  const merged = createMergedConsents()
  let waiting: PlacedConsent[] = []
  const flush = async (): Promise<void> => {
    await Promise.all(waiting.map((one) => importConsent(run, one)))
    waiting = []
    progress(report.total())
  }
  for await (const entry of entries) {
    if ('problem' in entry) {
      report.note({ kind: 'input', place: entry.place, result: 'refused', text: entry.problem })
      continue
    }
    if (entry.kind === 'client') {
      await flush()
      await importClient(run, entry.place, entry.row)
      continue
    }
    const read = readConsent(run, entry.place, entry.row)
    if (read === undefined) continue
    const placed = { ...read, place: entry.place, rows: 1 }
    if (source.consentsRepeat) merged.add(placed)
    else waiting.push(placed)
    if (waiting.length >= together) await flush()
  }
  for (const read of merged.all()) {
    waiting.push(read)
    if (waiting.length >= together) await flush()
  }
  await flush()
  return report.build()
}

interface Run {
  readonly provider: Target
  readonly source: Source
  readonly settings: ImportSettings
  readonly report: ReportBuilder
  /** The clients that a dry run would import. */
  readonly planned: Set<string>
}

async function importClient(run: Run, place: string, row: Row): Promise<void> {
  const { report, settings, source } = run
  const named = nameOf(row)
  const refuse = (text: string): void => report.note({ kind: 'client', ...named, place, result: 'refused', text })
  let read: ReadClient | undefined
  try {
    read = source.client(row, settings)
    if (read === undefined) return
  } catch (error) {
    refuse(problemOf(error))
    report.count('client', 'refused')
    return
  }
  const id = { client_id: read.client.client_id }
  const note = (result: 'refused' | 'conflict' | 'note', text: string): void =>
    report.note({ kind: 'client', ...id, place, result, text })
  const { reduced } = settings
  for (const loss of read.losses) {
    note(reduced ? 'note' : 'refused', `${loss.member} ${loss.text}${reduced ? '' : ' (--reduced imports it without)'}`)
  }
  const isLeftOut = read.losses.length > 0 && !reduced
  try {
    const { outcome, differences, isBare } = await storeClient(run, read.client, settings.dryRun || isLeftOut)
    report.count('client', isLeftOut ? 'refused' : outcome)
    if (isLeftOut) return
    if (outcome === 'imported') run.planned.add(read.client.client_id)
    if ((outcome === 'imported' || outcome === 'replaced') && asksInVain(read.client)) {
      note(
        'note',
        'has the scope offline_access and not the grant type refresh_token, so it gets no refresh tokens here; if it got them there, add the grant type with provider.updateClient',
      )
    }
    if (outcome === 'conflict')
      note('conflict', `is here with another ${differences.join(', ')} (--replace overwrites it)`)
    else if (isBare) note('note', 'came without its secret: oauth client rotate-secret gives it a new one')
  } catch (error) {
    note('refused', refusalOf(error, place))
    report.count('client', 'refused')
  }
}

/** Whether users would be asked for `offline_access`, and the client would get nothing for it. Other servers may see it otherwise. */
function asksInVain({ scope = '', grant_types = ['authorization_code'] }: ClientImport): boolean {
  return scope.split(' ').includes('offline_access') && !grant_types.includes('refresh_token')
}

type Stored = Awaited<ReturnType<Target['importClient']>> & { readonly isBare: boolean }

/** Stores a client; without its secret, when that cannot be carried over and the operator wants it so. */
async function storeClient(run: Run, client: ClientImport, dryRun: boolean): Promise<Stored> {
  const { provider, settings } = run
  const { replace, withoutSecrets } = settings
  const isBare = client.client_secret === undefined && client.client_secret_hash === undefined
  const usesSecret = (client.token_endpoint_auth_method ?? 'client_secret_basic').startsWith('client_secret_')
  try {
    const result = await provider.importClient(client, { replace, dryRun, withoutSecret: withoutSecrets })
    return { ...result, isBare: isBare && usesSecret }
  } catch (error) {
    const { description } = error as { readonly description?: unknown }
    if (!withoutSecrets || isBare || !String(description).startsWith('client_secret')) throw error
    const { client_secret: _, client_secret_hash: __, ...rest } = client
    return storeClient(run, rest as ClientImport, dryRun)
  }
}

function readConsent({ source, settings, report }: Run, place: string, row: Row): ReadConsent | undefined {
  try {
    return source.consent(row, settings)
  } catch (error) {
    report.note({ kind: 'consent', ...nameOf(row), place, result: 'refused', text: problemOf(error) })
    report.count('consent', 'refused')
    return undefined
  }
}

async function importConsent(run: Run, { consent, omitted, place, rows }: PlacedConsent): Promise<void> {
  const { provider, settings, report, planned } = run
  const note = (result: 'refused' | 'conflict' | 'note', text: string): void =>
    report.note({ kind: 'consent', client_id: consent.clientId, place, result, text }, rows)
  if (omitted.length > 0) note('note', `left out, so users are asked again: ${omitted.join(', ')}`)
  // In a dry run its client is not there yet.
  if (settings.dryRun && planned.has(consent.clientId)) {
    report.count('consent', 'imported')
    return
  }
  try {
    const result = await provider.importConsent(consent, { dryRun: settings.dryRun })
    report.count('consent', result.outcome)
    if (result.omitted.length > 0) {
      note('note', `not registered here, so users are asked again: ${result.omitted.join(', ')}`)
    }
    if (result.outcome === 'conflict') note('conflict', 'the user has agreed to something else here, which stays')
  } catch (error) {
    note('refused', refusalOf(error, place))
    report.count('consent', 'refused')
  }
}

/** The id of a client, for the report, from a row that may be wrong. */
function nameOf(row: Row): { readonly client_id?: string } {
  for (const name of ['client_id', 'clientId']) {
    try {
      const id = member(row, name)
      if (typeof id === 'string') return { client_id: id.slice(0, 255) }
    } catch {
      return {}
    }
  }
  return {}
}

function problemOf(error: unknown): string {
  if (error instanceof RowProblem) return error.message
  throw error
}

/**
 * Returns why the provider refused a row.
 * @throws {CommandError} when it did not refuse it, but failed
 */
function refusalOf(error: unknown, place: string): string {
  const { code, description } = (error ?? {}) as { readonly code?: unknown; readonly description?: unknown }
  if (typeof description === 'string' && code !== 'temporarily_unavailable') return description
  throw new CommandError(
    `it stopped at ${place}: ${messageOf(error)}. What was imported is complete: run it again when the cause is gone`,
  )
}
