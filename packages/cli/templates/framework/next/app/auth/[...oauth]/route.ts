import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../src/oauth.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(provider)
