import { Hono } from 'hono'
import { paymentsIn } from '../payments/payment-view.ts'
import { respond } from '../web/layout.ts'
import { contentSecurityPolicy } from '../web/security-headers.ts'
import { consentView, logoOf } from './consent-view.ts'
import type { Host } from './host.ts'

/**
 * The consent page. Its form posts the answer to the provider, which checks that this browser and this session must answer
 * for consent.
 */
export function consentPage(host: Host): Hono {
  const pages = new Hono()
  const { deviceAuthorization, richAuthorizationRequests } = host.provider.features
  pages.get('/consent', async (c) => {
    const context = await host.provider.resolveLoginContext(c.req.raw)
    const signedIn = await host.sessions.current(c.req.raw)
    if (context.intent !== 'consent' || signedIn === undefined) return c.redirect(context.returnTo, 303)
    const logo = logoOf(context)
    if (logo !== undefined) c.header('content-security-policy', contentSecurityPolicy(new URL(logo).origin))
    const device = deviceAuthorization.detailsOf(context)
    const payments = paymentsIn(richAuthorizationRequests.shown(context))
    return respond(c, 200, {
      party: 'identity',
      title: `${context.clientName} asks for ${payments.length === 0 ? 'access' : 'a payment'}`,
      body: consentView(`${host.provider.issuer}/oauth2/consent`, context, signedIn.user, { device, payments }),
    })
  })
  return pages
}
