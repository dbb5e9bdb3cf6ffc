import type { Provider } from '@oauth/core'

/**
 * Serves your pages. `/login` calls `provider.tryResolveLoginContext(request)`, signs the user in, and redirects to
 * `context.returnTo`. `/consent` shows `context.clientName` and `context.scopes`, and posts `state` and `accept` to
 * `context.consentEndpoint`.
 */
export async function pages(_provider: Provider, _request: Request): Promise<Response> {
  return new Response('This page is not written yet: src/pages.ts', { status: 501 })
}
