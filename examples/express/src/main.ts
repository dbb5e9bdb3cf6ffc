import { gracefulStop, onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { createApp } from './app.ts'

const { PORT = '3000', OAUTH_SECRET, DATABASE = './oauth.db' } = process.env
const baseUrl = process.env.BASE_URL ?? `http://localhost:${PORT}`
if (OAUTH_SECRET === undefined) throw new Error('OAUTH_SECRET is not set: openssl rand -base64 48')

const { app, provider, close } = createApp({ baseUrl, secret: OAUTH_SECRET, database: DATABASE })
const server = app.listen(Number(PORT), () => {
  process.stdout.write(`${provider.issuer}/.well-known/openid-configuration\n`)
})
const stop = gracefulStop(server)
onStopSignal(async () => {
  await stop()
  await close()
})
