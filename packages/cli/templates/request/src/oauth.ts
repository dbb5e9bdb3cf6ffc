import { createProvider, type Provider } from '@oauth/core'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { baseUrl } from './base-url.ts'
import { authentication } from './sessions.ts'
import { openStorage } from './storage.ts'

let made: Provider | undefined
let opened: ReturnType<typeof openStorage> | undefined

/** Makes the provider at the first request: while the module loads, there may be no variables yet. */
export function provider(): Provider {
  if (made === undefined) {
    const { OAUTH_SECRET } = process.env
    if (OAUTH_SECRET === undefined) throw new Error('OAUTH_SECRET is not set: npx oauth secret makes one')
    made = createProvider({
      baseUrl: baseUrl(), // the issuer is this URL and /auth
      secret: OAUTH_SECRET,
      storage: open().storage,
      authentication,
      loginUrl: '/login',
      consentUrl: '/consent',
      features: [conformanceReport()], // for `npx oauth report`
    })
  }
  return made
}

/** The database, for `npx oauth migrate`. */
export function db() {
  return open().db
}

function open(): ReturnType<typeof openStorage> {
  opened ??= openStorage()
  return opened
}
