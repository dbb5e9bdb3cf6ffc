import type { Provider } from '@oauth/core'
import {
  createTokenVerifier,
  protect,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
} from '@oauth/resource-server'
import { Hono } from 'hono'

export interface NotesApi {
  readonly url: string
  readonly provider: Pick<Provider, 'issuer' | 'metadata' | 'verifyAccessToken'>
  readonly report: (error: unknown) => void
}

/**
 * A small protected resource and its metadata ({@link https://www.rfc-editor.org/rfc/rfc9728 RFC 9728}).
 * It runs in the provider's process, so it asks the provider about tokens and notices at once when one is revoked. In a
 * process of its own the verifier would have the `issuer` in place of `verifyWith`, and the rest would stay as it is.
 */
export function notesApi({ url, provider, report }: NotesApi): Hono {
  const scopes = ['notes:read']
  const resourceMetadata = protectedResourceMetadataUrl(url)
  const metadata = protectedResourceMetadataHandler(url, { provider, scopesSupported: scopes, resourceName: 'Notes' })
  const verifier = createTokenVerifier({ audience: url, verifyWith: provider.verifyAccessToken })
  const guarded = protect({
    verifier,
    realm: 'notes',
    resourceMetadata,
    scopes,
    // All other errors are the caller's.
    onError: ({ code, cause }) => code === 'temporarily_unavailable' && report(cause),
  })
  const notes = guarded((_request, token) =>
    Response.json({ notes: ['Read the margins.'], reader: token.subject, client: token.clientId }),
  )

  const api = new Hono()
  api.all(new URL(resourceMetadata).pathname, (c) => metadata(c.req.raw))
  api.get(`${new URL(url).pathname}/notes`, (c) => notes(c.req.raw))
  return api
}
