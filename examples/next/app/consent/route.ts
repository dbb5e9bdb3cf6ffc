import { oauthHandlers } from '@oauth/next'
import { pages } from '../../lib/pages'

export const { GET, HEAD, POST } = oauthHandlers(pages)
