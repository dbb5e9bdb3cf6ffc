import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** `next build` for the application of the tests; a global set-up of Vitest. */
export default async function buildApp(): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const next = join(import.meta.dirname, '../node_modules/.bin/next')
  await promisify(execFile)(next, ['build', join(import.meta.dirname, 'app')], { env })
}
