import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../provider'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(provider)
