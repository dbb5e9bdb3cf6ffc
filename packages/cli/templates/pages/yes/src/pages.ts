import type { Provider } from '@oauth/core'
import { createPages, type Pages } from '@oauth/pages'
import { authenticate, sessions } from './sessions.ts'

let made: Pages | undefined

/** Serves the login page, the consent page, connected apps (`/connected-apps`) and sign-out (`/logout`). */
export async function pages(provider: Provider, request: Request): Promise<Response> {
  made ??= createPages({
    provider,
    sessions: sessions(),
    users: { authenticate: ({ email, password }) => authenticate(email, password) },
    loginNote: 'A demonstration: sign in as ada@example.com, with the password DEMO_PASSWORD of the environment.',
  })
  return made.fetch(request)
}
