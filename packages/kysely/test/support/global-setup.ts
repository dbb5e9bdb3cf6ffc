import { beginRun, endRun } from './databases.ts'

/** Names the databases that a run keeps, and drops them after it. */
export function setup(): () => Promise<void> {
  beginRun()
  return endRun
}
