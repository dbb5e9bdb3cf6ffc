import { createPages, type Pages } from '@oauth/pages'
import { paymentView } from '../payments/payment-view.ts'
import type { IdentityProvider } from '../provider.ts'
import { demoAccount } from './demo-account.ts'
import { scopeWords } from './scopes.ts'
import type { Sessions } from './sessions.ts'
import type { User, Users } from './users.ts'

export interface Host {
  readonly provider: IdentityProvider
  readonly users: Users
  readonly sessions: Sessions
  readonly onError: (error: unknown) => void
}

/** The pages of the identity provider. They are those of `@oauth/pages`, with the users and sessions of this application. */
export function identityPages({ provider, users, sessions, onError }: Host): Pages {
  return createPages<User>({
    provider,
    users: {
      authenticate: ({ email, password }) => users.authenticate(email, password),
      signUp: (account) => users.create(account),
    },
    sessions: {
      getSession: (request) => sessions.current(request),
      start: (user, request) => sessions.start(request, user),
      end: async (request) => sessions.end((await sessions.current(request))?.session.id ?? ''),
    },
    scopes: scopeWords,
    describeDetails: paymentView,
    nextPaths: ['/applications'],
    homeUrl: '/',
    loginNote: `This is a demonstration. Sign in as ${demoAccount.email} with the password ${demoAccount.password}.`,
    onError,
  })
}
