// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onStopSignal } from '../../../shared/src/stop-gracefully.ts'
import { bundle, dataFolder, serve } from './serve.ts'

const port = Number(process.env.PORT || 8787)
const baseUrl = process.env.BASE_URL || `http://localhost:${port}`
const secret = (): string => randomBytes(32).toString('base64url')
const clientSecret = process.env.CLIENT_SECRET || secret()
const redirectUri = process.env.CLIENT_REDIRECT_URI || 'http://localhost:3000/callback'
const password = process.env.USER_PASSWORD || 'demo-password'

// Without a secret of yours, each start makes one, and could not open the keys that an earlier start has stored.
const isKept = Boolean(process.env.DATA || process.env.OAUTH_SECRET)
const data = process.env.DATA || (isKept ? dataFolder : mkdtempSync(join(tmpdir(), 'oauth-workers-')))

await bundle()
const workerd = serve(
  port,
  {
    BASE_URL: baseUrl,
    OAUTH_SECRET: process.env.OAUTH_SECRET || secret(),
    CLIENT_SECRET: clientSecret,
    CLIENT_REDIRECT_URI: redirectUri,
    USER_PASSWORD: password,
  },
  data,
)
console.log(`
  Issuer        ${baseUrl}/auth
  Demo account  demo@example.com / ${password}
  Demo client   demo / ${clientSecret}
                ${redirectUri}
  Database      ${data}${isKept ? '' : ' (until it stops: set OAUTH_SECRET to keep it)'}
`)
let stopping = false
const ended = new Promise<void>((resolve) => {
  workerd.on('exit', (code) => {
    process.exitCode = stopping ? 0 : (code ?? 1)
    if (!isKept) rmSync(data, { recursive: true, force: true })
    resolve()
  })
})
onStopSignal(async () => {
  stopping = true
  // workerd answers the requests in flight and closes the other connections. Docker kills a container after ten seconds.
  workerd.kill()
  const limit = setTimeout(() => workerd.kill('SIGKILL'), 8000)
  await ended
  clearTimeout(limit)
})
