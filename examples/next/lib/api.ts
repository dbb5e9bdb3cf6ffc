import { protectedResource } from '@oauth/next/resource-server'
import { provider } from './provider'
import { apiUrl } from './settings'

/** The API, which the provider of the same process verifies tokens for. */
export const api = protectedResource(() => ({
  resource: apiUrl,
  authorizationServer: provider(),
  scopes: ['notes:read'],
  metadata: { resourceName: 'Notes' },
}))
