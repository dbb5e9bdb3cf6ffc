import { oauthHandlers } from '@oauth/next'
import { pages } from '../../../lib/auth'

export const { GET, HEAD, POST } = oauthHandlers(pages)
