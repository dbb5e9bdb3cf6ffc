import type { OAuthEvent } from '@oauth/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { healthPages } from '../../shared/src/health.ts'
import { consentPage } from './host/consent.ts'
import { respond, respondError, securityHeaders } from './host/layout.ts'
import { loginPage } from './host/login.ts'
import { createSessions } from './host/sessions.ts'
import { type ConformanceProvider, createConformanceProvider } from './provider.ts'
import type { Settings } from './settings.ts'

export interface App extends ConformanceProvider {
  readonly fetch: (request: Request) => Promise<Response>
}

/** Makes the application: the provider, and the host's pages. */
export function createApp(settings: Settings, onEvent: (event: OAuthEvent) => void): App {
  const { baseUrl, allowPrivateAddresses } = settings
  const sessions = createSessions(baseUrl)
  const { provider, close } = createConformanceProvider(settings, sessions, onEvent)
  const pages = new Hono()
  pages.use(securityHeaders(allowPrivateAddresses ? 'https: http:' : 'https:'))
  pages.use(bodyLimit({ maxSize: 64 * 1024 }))
  pages.route('/', loginPage(provider, sessions, baseUrl))
  pages.route('/', consentPage(provider))
  pages.get('/', (c) => {
    const discovery = `${provider.issuer}/.well-known/openid-configuration`
    return respond(c, 200, 'Conformance host', html`<p><a id="discovery" href="${discovery}">${discovery}</a></p>`)
  })
  // Browsers request an icon by themselves.
  pages.get('/favicon.ico', (c) => c.body(null, 204))
  pages.notFound((c) => respondError(c, 404, 'not_found', 'There is no such page.'))
  pages.onError((error, c) => {
    onEvent({ type: 'request.failed', endpoint: 'host', cause: error })
    return respondError(c, 500, 'server_error', 'Something went wrong.')
  })
  const health = healthPages(
    () => provider.ready(),
    (cause) => onEvent({ type: 'request.failed', endpoint: 'readyz', cause }),
  )
  return {
    fetch: async (request) =>
      health(request) ?? (provider.matches(request) ? provider.fetch(request) : pages.fetch(request)),
    provider,
    close,
  }
}
