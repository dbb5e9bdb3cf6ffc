import { oauth } from '@oauth/express'
import express, { type Express } from 'express'
import session from 'express-session'
import { notesApi } from './api.ts'
import { health } from './health.ts'
import { startPage } from './pages.ts'
import { createIdentityProvider, type IdentityProvider, type Settings } from './provider.ts'

export interface App extends IdentityProvider {
  readonly app: Express
}

export function createApp(settings: Settings): App {
  const { provider, pages, close } = createIdentityProvider(settings)
  const secure = settings.baseUrl.startsWith('https:')
  const app = express()
    .disable('x-powered-by')
    // TLS ends at a proxy. Without this setting, express-session sets no secure cookie.
    .set('trust proxy', secure)
    .use(health(provider))
    .use(
      session({
        name: secure ? '__Host-sid' : 'sid',
        secret: settings.secret,
        resave: false,
        saveUninitialized: false,
        cookie: { httpOnly: true, sameSite: 'lax', secure },
      }),
    )
    // The provider must follow the session middleware, whose sessions it reads, and precede middleware that reads bodies.
    .use(oauth(provider))
    .use(oauth(pages))
    .use(notesApi(settings.baseUrl, provider))
    .use(startPage())
  return { app, provider, pages, close }
}
