import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OAuthEvent } from '@oauth/core'
import { type App, createApp } from '../src/app.ts'
import { listen } from '../src/server.ts'
import { readSettings, type Settings } from '../src/settings.ts'
import { selfSigned } from './certificate.ts'

export interface Host extends App {
  readonly baseUrl: string
  readonly issuer: string
  /** The certificate to trust, for https. */
  readonly ca: string | undefined
  readonly events: readonly OAuthEvent[]
  readonly stop: () => Promise<void>
}

/** Starts the conformance host on a free port, as `src/main.ts` does. */
export async function startHost(
  scheme: 'http' | 'https',
  changes: Partial<Pick<Settings, 'allowPrivateAddresses' | 'idTokenAlgorithms'>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Host> {
  const read = scheme === 'https' ? withTls(env) : readSettings(env)
  const { tls, certificates } = read
  const events: OAuthEvent[] = []
  let app: App | undefined
  // The port is part of the base URL, so the app needs it before it is created.
  const running = await listen({ port: 0, hostname: '127.0.0.1', tls, certificates }, (request) =>
    (app as App).fetch(request),
  )
  const baseUrl = `${scheme}://localhost:${running.port}`
  const secret = 'a-secret-of-the-tests-0123456789-abcdef'
  const settings = { ...read, port: 0, hostname: '127.0.0.1', baseUrl, secret }
  app = createApp({ ...settings, ...changes }, (event) => events.push(event))
  const { stop } = running
  return { ...app, baseUrl, issuer: app.provider.issuer, ca: tls?.cert, events, stop }
}

/** Reads the environment of a host with a certificate of its own. */
function withTls(env: Readonly<Record<string, string>>): Settings {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  const { key, cert } = selfSigned()
  const [TLS_KEY, TLS_CERT] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  writeFileSync(TLS_KEY, key)
  writeFileSync(TLS_CERT, cert)
  try {
    return readSettings({ TLS_KEY, TLS_CERT, ...env })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
