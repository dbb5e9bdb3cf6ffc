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

/** What a page shows of a client to a user who is signed in. */
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
 * The same before anybody is signed in, for a login page: it exists with `allowPublicClientPrelogin` alone. A page that has
 * the signed query of its URL may send it as it is (`oauth_query`).
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
    if (signed === undefined) throw new OAuthError('invalid_request', 'oauth_query is not valid or has expired')
    const clientId = requireClientId(signed.get('client_id'))
    if (named !== undefined && named !== clientId) {
      throw new OAuthError('invalid_request', 'client_id and oauth_query name two clients')
    }
    return show(ctx, clientId)
  },
}

async function show(ctx: Context, clientId: string): Promise<Response> {
  const client = await ctx.clients.find(clientId)
  if (client === undefined) throw clientNotFound()
  return json(200, publicClientMembers(client))
}
