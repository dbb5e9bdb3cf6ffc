import { clientNotFound } from '../../clients/change.ts'
import { publicClient as publicClientMembers } from '../../clients/managed-client.ts'
import type { Context } from '../../contracts/context.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { readFormOrJson } from '../../http/form.ts'
import { json } from '../../http/json.ts'
import { verifyPageQuery } from '../../interaction/page-query.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { readQuery, requireClientId } from '../managed-request.ts'

/** Returns the public data of a client, for pages of a signed-in user. */
export const publicClient: Endpoint = {
  name: 'publicClient',
  path: endpointPaths.publicClient,
  methods: ['GET'],
  errors: 'json',
  async handle(ctx, request) {
    const { get } = await readQuery(ctx, request)
    return show(ctx, requireClientId(get('client_id')))
  },
}

/**
 * Returns the public data of a client for a login page, before the user has signed in. It exists only with
 * `allowPublicClientPrelogin`. Instead of `client_id`, a page may send the signed query of its own URL (`oauth_query`).
 */
export const publicClientPrelogin: Endpoint = {
  name: 'publicClientPrelogin',
  path: endpointPaths.publicClientPrelogin,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const parameters = await readFormOrJson(request)
    const query = parameters.get('oauth_query')
    const named = parameters.get('client_id')
    if (query === undefined) return show(ctx, requireClientId(named))
    const signed = await verifyPageQuery(ctx.config.pageSecrets, query, ctx.clock.now())
    if (signed === undefined) throw new OAuthError('invalid_request', 'oauth_query was changed or has expired')
    const clientId = requireClientId(signed.get('client_id'))
    if (named !== undefined && named !== clientId) {
      throw new OAuthError('invalid_request', 'client_id differs from the one in oauth_query')
    }
    return show(ctx, clientId)
  },
}

async function show(ctx: Context, clientId: string): Promise<Response> {
  // The page is not the client: a document that cannot be used is not its fault.
  const client = await ctx.clients.findNamed(clientId)
  if (client === undefined) throw clientNotFound()
  return json(200, publicClientMembers(client))
}
