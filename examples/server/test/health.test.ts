import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createApp } from '../src/app.ts'

test('a deployment without tables answers 200 at /healthz and 503 at /readyz, and names them only in the log (G48)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-health-'))
  const file = join(folder, 'oauth.db')
  const log: unknown[] = []
  const options = {
    baseUrl: 'http://localhost:3000',
    database: file,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
  }
  const app = await createApp({ ...options, onEvent: (event) => log.push(JSON.stringify(event)) })
  try {
    const other = new SQLite(file)
    other.exec('drop table oauth_refresh_tokens')
    other.close()
    expect((await app.fetch(new Request('http://localhost:3000/healthz'))).status).toBe(200)
    const answer = await app.fetch(new Request('http://localhost:3000/readyz'))
    const text = await answer.text()
    expect(answer.status).toBe(503)
    const { ok, checks } = JSON.parse(text)
    expect(ok).toBe(false)
    expect(checks).toContainEqual({ name: 'schema', ok: false })
    expect(text).not.toContain('refresh_tokens')
    expect(String(log)).toContain('oauth_refresh_tokens')
  } finally {
    app.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
