import { join } from 'node:path'
import { bundles } from './bundles.ts'
import { type CliRun, folderWith, runCli } from './run-cli.ts'

/** The command line beside a host with an SQLite file of its own. */
export interface Host {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  run(...args: readonly string[]): Promise<CliRun>
  /** Runs a command with `--json`, and parses what it wrote. */
  json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>>
}

/** Makes a folder whose package.json names the provider of the tests. */
export async function startHost(): Promise<Host> {
  const { provider } = await bundles()
  const directory = folderWith({ 'package.json': JSON.stringify({ oauth: { provider } }) })
  const env = { DATABASE: join(directory, 'oauth.db') }
  const run = (...args: readonly string[]): Promise<CliRun> => runCli({ directory, env }, ...args)
  return {
    directory,
    env,
    run,
    async json(...args) {
      const { code, output, errors } = await run(...args, '--json')
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`)
      return JSON.parse(output) as Readonly<Record<string, unknown>>
    },
  }
}
