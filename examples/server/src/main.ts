// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { gracefulStop, onStopSignal } from '../../shared/src/stop-gracefully.ts'
import { createApp } from './app.ts'
import { demoAccount } from './identity/demo-account.ts'
import { readSettings, type Settings } from './settings.ts'
import { tour } from './tour.ts'

async function start({ port, hostname, baseUrl, database, secret }: Settings): Promise<void> {
  const app = await createApp({
    baseUrl,
    database,
    secret,
    notify: ({ email }, link) => console.log(`  ${email}, an application asks you for something: ${link}`),
    onError: (error) => console.error(error),
  })
  const address = hostname === undefined ? { port } : { port, hostname }
  const server = serve({ fetch: app.fetch, ...address }, () => {
    const lines = tour(baseUrl, app.provider.issuer).map(
      ({ name, places }) => `  ${name.padEnd(38)}${places.map(({ url }) => url).join('  ')}`,
    )
    const account = `${demoAccount.email} / ${demoAccount.password}`
    console.log(
      `\n${lines.join('\n')}\n\n  Demo account: ${account}\n  Start page:   ${baseUrl}/\n  Database:     ${app.database}\n`,
    )
  })
  const stop = gracefulStop(server as Server)
  server.on('error', (error: NodeJS.ErrnoException) => {
    fail(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is in use. Choose another: PORT=3001`) : error)
  })

  const hourly = setInterval(() => void app.purgeExpired().catch((error: unknown) => console.error(error)), 3600_000)

  onStopSignal(async () => {
    app.provider.drain()
    clearInterval(hourly)
    await stop()
    await app.close()
  })
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

try {
  await start(readSettings(process.env))
} catch (error) {
  fail(error)
}
