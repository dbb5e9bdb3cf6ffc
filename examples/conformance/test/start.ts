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
  const tls = scheme === 'https' ? selfSigned() : undefined
  const events: OAuthEvent[] = []
  let app: App | undefined
  // The port is part of the base URL, so the app needs it before it is created.
  const running = await listen({ port: 0, hostname: '127.0.0.1', tls }, (request) => (app as App).fetch(request))
  const baseUrl = `${scheme}://localhost:${running.port}`
  const secret = 'a-secret-of-the-tests-0123456789-abcdef'
  const settings = { ...readSettings(env), port: 0, hostname: '127.0.0.1', baseUrl, secret, tls }
  app = createApp({ ...settings, ...changes }, (event) => events.push(event))
  const { stop } = running
  return { ...app, baseUrl, issuer: app.provider.issuer, ca: tls?.cert, events, stop }
}
