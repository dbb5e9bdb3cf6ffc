import { Hono } from 'hono'
import { approvalPages } from './approvals.ts'
import { connectedAppsPage } from './connected-apps.ts'
import { consentPage } from './consent.ts'
import { devicePages } from './device.ts'
import type { Host } from './host.ts'
import { loginPage } from './login.ts'
import { logoutPage } from './logout.ts'
import { signupPage } from './signup.ts'

/** The pages that the provider's options name, those for devices and approvals, the logout page, and connected apps. */
export function identityPages(host: Host): Hono {
  return new Hono()
    .route('/', loginPage(host))
    .route('/', signupPage(host))
    .route('/', consentPage(host))
    .route('/', devicePages(host))
    .route('/', approvalPages(host))
    .route('/', logoutPage(host))
    .route('/', connectedAppsPage(host))
}
