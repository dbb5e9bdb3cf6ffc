import type { Provider } from '@oauth/core'
import { createProtectedResource, dpop, type ProtectedResource } from '@oauth/resource-server'
import { places } from './places.ts'

/** The APIs that accept the tokens. */
export interface Apis {
  /** Answers a request for one of the APIs, or returns `undefined`. */
  serve(request: Request): Promise<Response | undefined>
}

export function createApis(provider: Provider, now: () => number, withStock: boolean): Apis {
  const clock = { now }
  const make = (resource: string, scope: string) =>
    createProtectedResource({
      resource,
      authorizationServer: { issuer: provider.issuer, verifyWith: provider.verifyAccessToken, clock },
      scopes: [scope],
      onError: false,
      senderConstraints: [dpop({ clock })],
    })
  const notes = make(places.api, 'notes:read')
  const mcp = make(places.mcp, 'notes:read')
  const listNotes = notes.withAuth((_, { subject }) => Response.json({ notes: ['Read the margins.'], of: subject }))
  const callTool = mcp.withAuth(async (request, { subject }) => {
    const { id } = (await request.json()) as { readonly id?: unknown }
    const content = [{ type: 'text', text: `One note of ${subject}: Read the margins.` }]
    return Response.json({ jsonrpc: '2.0', id, result: { content } })
  })
  const served = [
    { resource: notes, url: places.api, handle: listNotes },
    ...(withStock ? [stockApi(make(places.stock, 'stock:read'))] : []),
    { resource: mcp, url: places.mcp, handle: callTool },
  ]
  return {
    async serve(request) {
      for (const { resource, url, handle } of served) {
        if (resource.isMetadata(request.url)) return resource.metadata(request)
        if (request.url.split('?', 1)[0] === url) return handle(request)
      }
      return undefined
    },
  }
}

function stockApi(resource: ProtectedResource) {
  const handle = resource.withAuth((_, { subject, claims }) =>
    Response.json({ items: 3, of: subject, ...(claims.act !== undefined && { called_by: claims.act }) }),
  )
  return { resource, url: places.stock, handle }
}
