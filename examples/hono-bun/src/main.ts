// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import { join } from 'node:path'
import { onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { createApp, demoAccount } from './app.ts'
import { openDatabase } from './database.ts'
import { serveGracefully } from './serve-gracefully.ts'

const port = Number(process.env.PORT || 3000)
const baseUrl = process.env.BASE_URL || `http://localhost:${port}`
const file = process.env.DATABASE || join(import.meta.dirname, '../data/oauth.db')
const secret = process.env.OAUTH_SECRET
if (secret === undefined) throw new Error('OAUTH_SECRET is not set: openssl rand -base64 48')

const database = openDatabase(file)
const app = await createApp({ baseUrl, secret, database })
const hourly = setInterval(() => void app.purgeExpired().catch((error: unknown) => console.error(error)), 3600_000)

console.log(`
  Issuer        ${app.provider.issuer}
  Demo account  ${demoAccount.email} / ${demoAccount.password}
  Demo client   demo, without a secret, at http://127.0.0.1:<any port>/callback
  Database      ${file}
`)

const stop = serveGracefully(port, app.fetch)
onStopSignal(async () => {
  app.provider.drain()
  clearInterval(hourly)
  await stop()
  await database.close()
})
