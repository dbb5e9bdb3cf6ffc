import { beginRun, endRun, missingDatabases } from './databases.ts'

/** Says once, before the tests run, which databases they will not run on. */
export function setup(): () => Promise<void> {
  beginRun()
  if (missingDatabases.length > 0) {
    process.stderr.write(
      `Databases not found: ${missingDatabases.join(', ')}. Their tests are left out; bash .ci/databases <command> runs it with both.\n`,
    )
  }
  return endRun
}
