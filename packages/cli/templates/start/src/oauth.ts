import { createProvider, type Provider } from '@oauth/core'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { baseUrl } from './base-url.ts'
import { authentication } from './sessions.ts'
import { openStorage } from './storage.ts'

// This module starts no server, so that the command line (npx oauth --help) can use the provider, too.
const { OAUTH_SECRET } = process.env
if (OAUTH_SECRET === undefined) throw new Error('OAUTH_SECRET is not set: npx oauth secret makes one')

export const { storage, db } = openStorage()

export const provider: Provider = createProvider({
  baseUrl: baseUrl(), // the issuer is this URL and /auth
  secret: OAUTH_SECRET,
  storage,
  authentication,
  loginUrl: '/login',
  consentUrl: '/consent',
  features: [conformanceReport()], // for `npx oauth report`
})
