import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../lib/auth'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(provider)
