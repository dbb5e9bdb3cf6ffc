import { createProvider, type Provider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { pageUrls } from '@oauth/pages'
import { database } from './database'
import { sessions } from './sessions'
import { apiUrl, baseUrl, secret } from './settings'

let made: Provider | undefined

/** Makes the provider at the first use, not during the build of Next. */
export function provider(): Provider {
  made ??= createProvider({
    baseUrl,
    secret: secret(),
    storage: sqliteStorage(database()),
    authentication: sessions(),
    ...pageUrls(),
    scopes: ['notes:read'],
    validAudiences: [apiUrl],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
  })
  return made
}
