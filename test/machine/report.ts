import { findChromium } from './chromium.ts'
import { findRedis } from './redis.ts'
import { programsVariable, serverVariables } from './servers.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Returns the servers and browsers that this machine lacks, each with the variable that names it. */
export function missingParts(env: Environment): readonly string[] {
  return [
    ...(env[serverVariables.postgres] ? [] : [`PostgreSQL (${serverVariables.postgres})`]),
    ...(env[programsVariable] ? [] : [`two PostgreSQL servers (${programsVariable})`]),
    ...(env[serverVariables.mysql] ? [] : [`MariaDB or MySQL (${serverVariables.mysql})`]),
    ...(findRedis(env) === undefined ? ['Redis (redis-server on the PATH)'] : []),
    ...(findChromium(env) === undefined ? ['Chromium (CHROMIUM_PATH)'] : []),
  ]
}

/** The result of one test file. */
export interface TestFile {
  readonly path: string
  /** The state of each of its tests: `passed`, `failed`, `skipped` or `pending`. */
  readonly states: readonly string[]
}

/** Returns the gaps of a run: each file that ran no test, and each file that skipped tests. */
export function gapsOf(files: readonly TestFile[]): readonly string[] {
  return files.flatMap(({ path, states }) => {
    const skipped = states.filter((state) => state === 'skipped').length
    if (states.length === skipped) return [`${path} ran no test`]
    return skipped === 0 ? [] : [`${path} skipped ${skipped} of ${states.length} tests`]
  })
}
