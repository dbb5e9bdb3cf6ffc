import { createReadStream, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Provider } from '@oauth/core'
import { type Command, defineCommand, type ExitCode } from '../command.ts'
import type { CommandIo } from '../command-io.ts'
import { CommandError, UsageError } from '../errors.ts'
import { hostOptions } from '../host/host-options.ts'
import { withProvider } from '../host/load-host.ts'
import { findProject } from '../host/project.ts'
import type { Entry } from '../import/entry.ts'
import { readJsonLines } from '../import/read/json-lines.ts'
import { openDatabase } from '../import/read/open-database.ts'
import { readTables } from '../import/read/tables.ts'
import { isComplete, textOf } from '../import/report.ts'
import { type ImportSettings, runImport } from '../import/run-import.ts'
import type { SecretFormat, Source, SourceSettings } from '../import/source.ts'
import { belgie } from '../import/sources/belgie.ts'
import { betterAuth } from '../import/sources/better-auth.ts'
import { oidcProvider } from '../import/sources/oidc-provider.ts'
import { json } from '../output.ts'

const sources: Readonly<Record<string, Source>> = {
  'oidc-provider': oidcProvider,
  'better-auth': betterAuth,
  belgie,
}

/** Takes over the clients and consents of another server. */
export const importCommand: Command = defineCommand({
  name: 'import',
  summary: 'Take over the clients and consents of another server',
  details:
    'It may be run again: what is here stays as it is. Begin with --dry-run. docs/moving-in.md has the whole move, with keys, tokens and paths.',
  arguments: [{ name: 'source', summary: 'the other server', choices: Object.keys(sources) }],
  options: {
    ...hostOptions,
    from: {
      kind: 'text',
      value: '<file>',
      summary: 'lines of {"client": row} and {"consent": row}; - for standard input',
    },
    database: {
      kind: 'text',
      value: '<file>',
      summary: 'in place of --from: an SQLite file, or a module that exports db, a Kysely instance',
    },
    clients: { kind: 'text', value: '<table>', summary: 'the table of the clients, if it is not the usual one' },
    consents: {
      kind: 'text',
      value: '<table>',
      summary: 'the table of the consents (oidc-provider: of the model Grant)',
    },
    'registered-by': {
      kind: 'text',
      value: '<whom>',
      choices: ['server', 'user', 'initial_access_token', 'anonymous'],
      summary: 'who registered the clients that have no owner: server if you did, anonymous if they did',
    },
    secrets: {
      kind: 'text',
      value: '<form>',
      choices: ['plain', 'sha256'],
      summary: 'how the secrets are stored, if not the usual way',
    },
    'secret-prefix': {
      kind: 'text',
      value: '<text>',
      summary: 'the prefix of secrets that the other server adds and does not store',
    },
    reduced: { kind: 'flag', summary: 'import clients without what this server does not have, for instance implicit' },
    'without-secrets': { kind: 'flag', summary: 'import clients whose secret cannot be carried over, to rotate it' },
    replace: { kind: 'flag', summary: 'overwrite clients that are here and differ' },
    'dry-run': { kind: 'flag', summary: 'write nothing, and tell what would happen' },
    json: { kind: 'flag', summary: 'one JSON document: clients, consents, findings' },
  },
  run(io, values, [name = '']) {
    const source = sources[name] as Source
    if ((values.from === undefined) === (values.database === undefined)) {
      throw new UsageError('Name either a file with --from or a database with --database.')
    }
    return withProvider(io, values, async (provider): Promise<ExitCode> => {
      requireImport(provider)
      const settings: ImportSettings = {
        registeredBy: values['registered-by'] as SourceSettings['registeredBy'],
        secretPrefix: values['secret-prefix'],
        secrets: values.secrets as SecretFormat | undefined,
        now: Math.floor(Date.now() / 1000),
        dryRun: values['dry-run'],
        replace: values.replace,
        reduced: values.reduced,
        withoutSecrets: values['without-secrets'],
      }
      const report = await withEntries(io, values, source, (entries) =>
        runImport(provider, source, entries, settings, (rows) => io.progress?.(`${rows} rows`)),
      )
      await io.write(values.json ? json({ dryRun: settings.dryRun, ...report }) : textOf(report, settings.dryRun))
      return isComplete(report) ? 0 : 1
    })
  },
})

interface Place {
  readonly from: string | undefined
  readonly database: string | undefined
  readonly provider: string | undefined
  readonly clients: string | undefined
  readonly consents: string | undefined
}

/** Opens what the rows come from, passes them on, and closes it. */
async function withEntries<const Result>(
  io: CommandIo,
  { from, database, provider, clients, consents }: Place,
  source: Source,
  use: (entries: AsyncIterable<Entry>) => Promise<Result>,
): Promise<Result> {
  if (database === undefined) return use(readJsonLines(chunksOf(io, from ?? '-')))
  const module = provider === undefined ? findProject(io.directory).provider : resolve(io.directory, provider)
  const opened = await openDatabase(io, database, module ?? join(io.directory, 'package.json'))
  try {
    return await use(readTables(opened, source, { clients, consents }))
  } finally {
    await opened.close()
  }
}

function chunksOf({ directory, input }: CommandIo, from: string): AsyncIterable<Uint8Array | string> {
  if (from === '-') {
    if (input === undefined) throw new UsageError('There is no standard input: name a file with --from.')
    return input
  }
  const file = resolve(directory, from)
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}: correct --from`)
  return createReadStream(file)
}

/** The provider is of the host's version of `@oauth/core`, which may be older than this command. */
function requireImport(provider: Provider): void {
  if (typeof provider.importClient === 'function') return
  throw new CommandError('the provider has no importClient: update @oauth/core to the version of @oauth/cli')
}
