// biome-ignore-all lint/suspicious/noConsole: this file is the command, and the console is where it speaks
import { randomBytes } from 'node:crypto'
import { bundle, serve } from './serve.ts'

const port = Number(process.env.PORT || 8787)
const baseUrl = process.env.BASE_URL || `http://localhost:${port}`
const secret = (): string => randomBytes(32).toString('base64url')
const clientSecret = process.env.CLIENT_SECRET || secret()
const redirectUri = process.env.CLIENT_REDIRECT_URI || 'http://localhost:3000/callback'
const password = process.env.USER_PASSWORD || 'demo-password'

await bundle()
const workerd = serve(port, {
  BASE_URL: baseUrl,
  OAUTH_SECRET: process.env.OAUTH_SECRET || secret(),
  CLIENT_SECRET: clientSecret,
  CLIENT_REDIRECT_URI: redirectUri,
  USER_PASSWORD: password,
})
console.log(`
  Issuer        ${baseUrl}/auth
  Demo account  demo@example.com / ${password}
  Demo client   demo / ${clientSecret}
                ${redirectUri}
`)
workerd.on('exit', (code) => process.exit(code ?? 0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => workerd.kill())
