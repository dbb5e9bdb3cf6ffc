import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../../src/oauth.ts'

// The discovery documents, where RFC 8414 puts them.
export const { GET, HEAD, OPTIONS } = oauthHandlers(provider)
