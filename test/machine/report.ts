import { findChromium } from './chromium.ts'
import { serverVariables } from './servers.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What tests can use and this machine does not have, each with the variable that names it. */
export function missingParts(env: Environment): readonly string[] {
  return [
    ...(env[serverVariables.postgres] ? [] : [`PostgreSQL (${serverVariables.postgres})`]),
    ...(env[serverVariables.mysql] ? [] : [`MariaDB or MySQL (${serverVariables.mysql})`]),
    ...(findChromium(env) === undefined ? ['Chromium (CHROMIUM_PATH)'] : []),
  ]
}

/** One file of tests as it ended. */
export interface TestFile {
  readonly path: string
  /** The states of its tests: `passed`, `failed`, `skipped` or `pending`. */
  readonly states: readonly string[]
}

/** What is wrong with a run whose tests passed: a file that ran no test, and tests that were left out. */
export function gapsOf(files: readonly TestFile[]): readonly string[] {
  return files.flatMap(({ path, states }) => {
    const skipped = states.filter((state) => state === 'skipped').length
    if (states.length === skipped) return [`${path} ran no test`]
    return skipped === 0 ? [] : [`${path} skipped ${skipped} of ${states.length} tests`]
  })
}
