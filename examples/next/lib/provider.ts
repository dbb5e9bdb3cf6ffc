import { createProvider, type Provider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { database } from './database'
import { findSession, sessionCookie } from './sessions'
import { apiUrl, baseUrl, secret } from './settings'
import { findUser } from './users'

let made: Provider | undefined

/** Makes the provider at the first use, not during the build of Next. */
export function provider(): Provider {
  made ??= createProvider({
    baseUrl,
    secret: secret(),
    storage: sqliteStorage(database()),
    authentication: {
      getUser: findUser,
      getSession: ({ headers }) => findSession(cookieIn(headers.get('cookie') ?? '')),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [apiUrl],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
  })
  return made
}

function cookieIn(header: string): string | undefined {
  const pair = header.split('; ').find((one) => one.startsWith(`${sessionCookie}=`))
  return pair?.slice(sessionCookie.length + 1)
}
