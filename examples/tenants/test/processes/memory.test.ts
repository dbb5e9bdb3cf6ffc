import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('ten thousand tenants with maxProviders 100 take no more memory than the first two thousand', async () => {
  const script = join(import.meta.dirname, 'many-tenants.ts')
  const { stdout } = await run('node', ['--expose-gc', '--import', 'tsx', script], {
    cwd: join(import.meta.dirname, '..', '..'),
    // The server logs each client that it registers.
    maxBuffer: 64 * 1024 * 1024,
  })
  const heaps = stdout.trim().split('\n').map(Number)
  expect(heaps).toHaveLength(10)
  const [, second = 0] = heaps
  // A provider takes tens of kilobytes, so eight thousand that stay would take hundreds of megabytes.
  expect(Math.max(...heaps)).toBeLessThan(second + 20 * 1024 * 1024)
}, 900_000)
