import type { Provider } from '@oauth/core'
import { createProtectedResource, dpop } from '@oauth/resource-server'
import { Hono } from 'hono'
import { paymentType } from '../payments/payment.ts'

export interface NotesApi {
  readonly url: string
  readonly provider: Pick<Provider, 'issuer' | 'metadata' | 'verifyAccessToken'>
  readonly report: (error: unknown) => void
}

/**
 * A small protected resource and its metadata ({@link https://www.rfc-editor.org/rfc/rfc9728 RFC 9728}), which scripts of any
 * origin may call (CORS).
 * It runs in the provider's process, so it asks the provider about tokens and notices at once when one is revoked. In a
 * process of its own, `authorizationServer` would be the issuer, and the rest would stay as it is.
 */
export function notesApi({ url, provider, report }: NotesApi): Hono {
  const resource = createProtectedResource({
    resource: url,
    authorizationServer: provider,
    realm: 'notes',
    scopes: ['notes:read'],
    metadata: { resourceName: 'Notes', authorizationDetailsTypesSupported: [paymentType] },
    // Accepts the bound tokens of clients that use DPoP, and bearer tokens of the others.
    senderConstraints: [dpop()],
    // All other errors are the caller's.
    onError: ({ code, cause }) => code === 'temporarily_unavailable' && report(cause),
  })
  const notes = resource.withAuth((_request, { subject, clientId }) =>
    Response.json({ notes: ['Read the margins.'], reader: subject, client: clientId }),
  )

  const locked = resource.withAuth(
    () => Response.json({ notes: ['The last page is missing.'] }),
    // Only for a user who has signed in within the last minute. An older sign-in gets a challenge that says so (step-up).
    { maxAge: 60 },
  )

  const api = new Hono()
  api.all(new URL(resource.metadataUrl).pathname, (c) => resource.metadata(c.req.raw))
  // OPTIONS as well: a browser asks before a script of another origin may send the token.
  api.on(['GET', 'OPTIONS'], `${new URL(url).pathname}/notes`, (c) => notes(c.req.raw))
  api.on(['GET', 'OPTIONS'], `${new URL(url).pathname}/notes/locked`, (c) => locked(c.req.raw))
  return api
}
