import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { type App, type AppOptions, createApp } from '../src/app.ts'

export interface Example extends App {
  readonly baseUrl: string
  readonly issuer: string
  /** The SQLite file. */
  readonly database: string
  /** The failures that the example reported. Empty if all requests succeeded. */
  readonly failures: readonly unknown[]
  readonly stop: () => Promise<void>
}

/** Starts the example on a free port with its own database, over real HTTP. */
export async function startExample(options: Pick<AppOptions, 'clientsGuide' | 'notify'> = {}): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-example-'))
  const failures: unknown[] = []
  let app: App | undefined
  // The port is part of the base URL, so the app needs it before it is created.
  const server = createAdaptorServer({
    fetch: (request: Request) => app?.fetch(request) ?? new Response('starting', { status: 503 }),
  }) as Server
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`

  const database = join(folder, 'oauth.db')
  const started = await createApp({
    ...options,
    baseUrl,
    database,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    onError: (error) => failures.push(error),
    onEvent: (event) => {
      if (event.type === 'request.failed') failures.push(event.cause)
    },
  })
  app = started

  return {
    ...started,
    baseUrl,
    issuer: started.provider.issuer,
    database,
    failures,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await started.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
