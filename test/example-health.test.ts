import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exampleCases } from './example-cases.ts'
import { freePort, startExample } from './example-process.ts'

describe.each(exampleCases)('health of examples/$name', ({ name, command, env }) => {
  test('the example answers 200 at /healthz and /readyz when storage, schema and keys are usable', {
    timeout: 120_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth-health-'))
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const example = await startExample(name, command, env(port, join(folder, 'oauth.db')), `${url}/healthz`)
    try {
      const health = await fetch(`${url}/healthz`)
      expect([health.status, await health.json()]).toEqual([200, { ok: true }])
      const checks = ['storage', 'schema', 'keys'].map((check) => ({ name: check, ok: true }))
      // A server whose keys are still being made is not ready yet: that takes seconds on a busy machine.
      await expect
        .poll(
          async () => {
            const ready = await fetch(`${url}/readyz`)
            return [ready.status, await ready.json()]
          },
          { timeout: 60_000, interval: 500 },
        )
        .toEqual([200, { ok: true, checks }])
      if (name !== 'mcp') return
      const resource = await fetch(`http://127.0.0.1:${port + 1}/readyz`)
      const server = { name: 'authorization server', ok: true }
      expect([resource.status, await resource.json()]).toEqual([200, { ok: true, checks: [server] }])
    } finally {
      example.kill()
      await example.ended
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
