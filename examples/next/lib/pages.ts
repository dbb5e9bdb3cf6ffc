import { createPages, type Pages } from '@oauth/pages'
import { provider } from './provider'
import { sessions } from './sessions'
import { authenticate } from './users'

let made: Pages | undefined

/** Makes the pages at the first use, as the provider. */
export function pages(): Pages {
  made ??= createPages({
    provider: provider(),
    sessions: sessions(),
    users: { authenticate: ({ email, password }) => authenticate(email, password) },
    scopes: { 'notes:read': 'Read your notes' },
    homeUrl: '/',
  })
  return made
}
