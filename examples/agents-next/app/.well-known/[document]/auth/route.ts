import { oauthHandlers } from '@oauth/next'
import { provider } from '../../../../lib/auth'

export const { GET, HEAD, OPTIONS } = oauthHandlers(provider)
