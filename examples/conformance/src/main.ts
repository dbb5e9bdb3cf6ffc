// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import type { OAuthEvent } from '@oauth/core'
import { onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { createApp } from './app.ts'
import { registerClients } from './clients.ts'
import { users } from './host/users.ts'
import { listen } from './server.ts'
import { readSettings } from './settings.ts'

/** Prints each refused request with its reason, for a developer who examines a failed test. */
function report(event: OAuthEvent): void {
  if (event.type === 'request.failed') console.error(event.endpoint, event.cause)
  if (event.type === 'request.refused') console.log(event.endpoint, event.error, event.description, event.cause ?? '')
  if (event.type === 'back_channel_logout.failed') console.log(event.type, event.clientId, event.status ?? event.cause)
}

try {
  const settings = readSettings(process.env)
  const app = createApp(settings, report)
  await registerClients(app.provider, settings.clients)
  const running = await listen(settings, app.fetch)
  const accounts = users.map(({ login, password }) => `${login} / ${password}`)
  console.log(`
  Discovery:  ${app.provider.issuer}/.well-known/openid-configuration
  Profile:    ${settings.variant.profile}
  Accounts:   ${accounts.join('   ')}
  Listening:  ${settings.tls === undefined ? 'http' : 'https'} on port ${running.port}
  Private addresses are ${settings.allowPrivateAddresses ? 'ALLOWED' : 'refused (ALLOW_PRIVATE_ADDRESSES=1 for a suite on this machine)'}
`)
  // A suite asks its operator to rotate the keys, because no endpoint rotates them.
  process.stdin.on('data', () => {
    void app.provider.rotateSigningKeys({ activateAfter: 0 }).then(() => console.log('  The signing keys are new.'))
  })
  const purge = (): void => void app.provider.purgeExpired().catch((error: unknown) => console.error(error))
  const hourly = setInterval(purge, 3600_000)
  onStopSignal(async () => {
    clearInterval(hourly)
    process.stdin.pause()
    await running.stop()
    await app.close()
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
