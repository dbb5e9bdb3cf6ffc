import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../lib/provider'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(provider)
