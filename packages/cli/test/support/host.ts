import { join } from 'node:path'
import { bundles } from './bundles.ts'
import { type CliRun, folderWith, runCli } from './run-cli.ts'

/** The command line beside a host with an SQLite file of its own. */
export interface Host {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  run(...args: readonly string[]): Promise<CliRun>
  /** Returns the command line in this folder with other variables. */
  with(env: Readonly<Record<string, string>>): Host
  /** Runs a command with `--json`, and parses what it wrote. */
  json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>>
}

/** Makes a folder whose package.json names the provider of the tests. */
export async function startHost(name: 'provider' | 'tenants' | 'database' = 'provider'): Promise<Host> {
  const { [name]: provider } = await bundles()
  const directory = folderWith({ 'package.json': JSON.stringify({ oauth: { provider } }) })
  return hostIn(directory, { DATABASE: join(directory, 'oauth.db') })
}

function hostIn(directory: string, env: Readonly<Record<string, string>>): Host {
  const run = (...args: readonly string[]): Promise<CliRun> => runCli({ directory, env }, ...args)
  return {
    directory,
    env,
    run,
    with: (others) => hostIn(directory, others),
    async json(...args) {
      const { code, output, errors } = await run(...args, '--json')
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`)
      return JSON.parse(output) as Readonly<Record<string, unknown>>
    },
  }
}
