import { setTimeout as pause } from 'node:timers/promises'
import type { OAuthEvent, Provider } from '@oauth/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { notesApi } from './api/notes.ts'
import { paymentsApi } from './api/payments.ts'
import { loadGuides } from './applications/guide.ts'
import { developerPages } from './applications/pages.ts'
import { createShownOnce } from './applications/shown-once.ts'
import { clientPages } from './client/pages.ts'
import { registerDemoClient } from './client/registration.ts'
import { createRelyingParty } from './client/relying-party.ts'
import { createClientStore } from './client/store.ts'
import { createTimeline } from './client/timeline.ts'
import { registerCommandLine } from './command-line.ts'
import { openDatabase } from './database.ts'
import { documentationPages } from './documentation.ts'
import { createErrorPage, notFound } from './failures.ts'
import { homePage } from './home.ts'
import { createDemoAccount } from './identity/demo-account.ts'
import { identityPages } from './identity/pages.ts'
import { createSessions } from './identity/sessions.ts'
import { createUsers, type User } from './identity/users.ts'
import { createIdentityProvider } from './provider.ts'
import { assets } from './web/assets.ts'
import { createFormGuard } from './web/form-guard.ts'
import { securityHeaders } from './web/security-headers.ts'

export interface AppOptions {
  readonly baseUrl: string
  /** A SQLite file, which is created and migrated if needed, `:memory:`, or the URL of a PostgreSQL database. */
  readonly database: string
  readonly secret: string
  /** The API that books payments, if it is elsewhere. Default: the API of this process. */
  readonly paymentsUrl?: string
  /** The file with the guides for client libraries. Default: `docs/clients.md` of this repository. */
  readonly clientsGuide?: string
  /**
   * Tells a user that something waits for an answer at this link. A product sends a message to their phone. Default: users find
   * it at `/approvals`.
   */
  readonly notify?: (user: User, link: string) => void
  readonly onEvent?: (event: OAuthEvent) => void
  readonly onError?: (error: unknown) => void
}

export interface App {
  readonly fetch: (request: Request) => Promise<Response>
  readonly provider: Provider
  /** What a person may know of the database: the path of the SQLite file, or `PostgreSQL`. */
  readonly database: string
  /** Deletes expired data. */
  readonly purgeExpired: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Three parties in one process: an identity provider, a client of it and an API. */
export async function createApp(options: AppOptions): Promise<App> {
  const { baseUrl, secret, notify = () => {}, onEvent = () => {}, onError = () => {} } = options
  const apiUrl = `${baseUrl}/api`
  const paymentsUrl = options.paymentsUrl ?? apiUrl
  const database = await openDatabase(options.database)
  const { db } = database

  const users = createUsers(db)
  const sessions = createSessions(db, users, baseUrl)
  const provider = createIdentityProvider({ baseUrl, secret, paymentsUrl, database, users, sessions, notify, onEvent })
  const { issuer } = provider

  const store = createClientStore(db, baseUrl)
  const timeline = createTimeline(baseUrl)
  // Of several processes that start together, one registers the clients, and the others find them.
  const registration = await database.alone(async () => {
    await createDemoAccount(users)
    await registerCommandLine(provider)
    return registerDemoClient(provider, db, `${baseUrl}/client`)
  })

  const identity = identityPages({ provider, users, sessions, onError })
  const guard = createFormGuard('example_id_form', baseUrl)
  const pages = new Hono()
  pages.use(securityHeaders)
  pages.use(bodyLimit({ maxSize: 64 * 1024 }))
  pages.route('/', assets())
  pages.route('/', homePage({ baseUrl, provider, sessions, database: database.shownAs }))
  pages.route('/', documentationPages())
  pages.route(
    '/',
    developerPages({
      baseUrl,
      apiUrl,
      apiScopes: ['notes:read'],
      provider,
      sessions,
      guard,
      guides: loadGuides(options.clientsGuide),
      secrets: createShownOnce(),
    }),
  )
  pages.route(
    '/client',
    clientPages({
      baseUrl,
      apiUrl,
      paymentsUrl,
      party: createRelyingParty({ issuer, ...registration }),
      store,
      timeline,
      guard: createFormGuard('marginalia_form', baseUrl),
    }),
  )
  pages.route('/', notesApi({ url: apiUrl, provider, report: onError }))
  const payments = paymentsApi({ url: apiUrl, authorizationServer: provider, report: onError })
  pages.all('/api/payments', (c) => payments(c.req.raw) ?? notFound(c))

  pages.notFound(notFound)
  pages.onError(createErrorPage(onError))

  return {
    fetch: async (request) => ([provider, identity].find((one) => one.matches(request)) ?? pages).fetch(request),
    provider,
    database: database.shownAs,
    async purgeExpired() {
      await sessions.purgeExpired()
      await store.purgeExpired()
      timeline.purgeExpired()
      // SQLite runs in this process, so delete a thousand rows at a time, and pause to serve requests.
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit) await pause(100)
    },
    close: database.close,
  }
}
