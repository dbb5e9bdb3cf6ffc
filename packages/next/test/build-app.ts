import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Builds the application of the tests with `next build`. Vitest runs it once, as a global set-up. */
export default async function buildApp(): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const next = join(import.meta.dirname, '../node_modules/.bin/next')
  await promisify(execFile)(next, ['build', join(import.meta.dirname, 'app')], { env })
}
