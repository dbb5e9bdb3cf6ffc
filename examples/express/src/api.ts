import type { Provider } from '@oauth/core'
import { authOf, protectedResource } from '@oauth/express/resource-server'
import { Router } from 'express'

/** Returns the identifier of the API, which clients send as `resource` to get a token for it. */
export function apiUrl(baseUrl: string): string {
  return `${baseUrl}/api`
}

/**
 * An API for callers with an access token, and its metadata document. It runs in the provider's process, so it notices at
 * once when a token is revoked. In a process of its own, `authorizationServer` would be the issuer.
 */
export function notesApi(baseUrl: string, provider: Provider): Router {
  const api = protectedResource({
    resource: apiUrl(baseUrl),
    authorizationServer: provider,
    scopes: ['notes:read'],
    metadata: { resourceName: 'Notes' },
  })
  return (
    Router()
      .use(api.metadata)
      // All methods: a browser asks with OPTIONS before a script of another origin may send the token.
      .all('/api/notes', api.protect())
      .get('/api/notes', (req, res) => {
        res.json({ notes: ['Read the margins.'], reader: authOf(req).subject })
      })
  )
}
