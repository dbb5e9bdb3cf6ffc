import { Hono } from 'hono'
import { connectedAppsPage } from './connected-apps.ts'
import { consentPage } from './consent.ts'
import { devicePages } from './device.ts'
import type { Host } from './host.ts'
import { loginPage } from './login.ts'
import { logoutPage } from './logout.ts'
import { signupPage } from './signup.ts'

/** The pages that the provider's options name, the pages for devices, the logout page, and the page of connected apps. */
export function identityPages(host: Host): Hono {
  return new Hono()
    .route('/', loginPage(host))
    .route('/', signupPage(host))
    .route('/', consentPage(host))
    .route('/', devicePages(host))
    .route('/', logoutPage(host))
    .route('/', connectedAppsPage(host))
}
