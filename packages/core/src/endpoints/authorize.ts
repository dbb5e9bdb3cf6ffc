import { redirectErrorsToClient } from '../authorization/authorization-response.ts'
import { redirectTarget, verifyClient } from '../authorization/client.ts'
import { errorTarget } from '../authorization/error-target.ts'
import { hintedSubject } from '../authorization/id-token-hint.ts'
import { resolveParameters } from '../authorization/parameters.ts'
import { parseAuthorizationRequest } from '../authorization/request.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { foreignFormAsGet } from '../http/foreign-form.ts'
import { readFormText } from '../http/form.ts'
import { parseUnchecked, refuseRepeated } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { begin } from '../interaction/proceed.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/** The authorization endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}). */
export const authorize: Endpoint = {
  name: 'authorize',
  path: endpointPaths.authorize,
  methods: ['GET', 'POST'],
  changesOnGet: true,
  errors: 'page',
  rateLimit: 'authorize',
  metadata: 'authorization_endpoint',
  async handle(ctx, request) {
    const encoded = request.method === 'POST' ? await readFormText(request) : queryOf(request.url)
    const asGet = foreignFormAsGet(request, ctx.config.issuer + endpointPaths.authorize, encoded)
    if (asGet !== undefined) return asGet

    const parameters = await resolveParameters(ctx, request, parseUnchecked(encoded))
    for (const name of ['client_id', 'redirect_uri']) {
      if (parameters.repeated.has(name)) refuseRepeated(parameters)
    }
    const verified = await verifyClient(ctx, parameters)
    const { client } = verified
    // Above this line an error is a page; below it, it goes to the client, unless the client is a stranger.
    const findTarget = () => errorTarget(ctx, request, client, redirectTarget(ctx, verified, parameters))
    return redirectErrorsToClient(findTarget, async () => {
      refuseRepeated(parameters)
      const authorization = parseAuthorizationRequest(ctx, verified, parameters)
      const hinted = await hintedSubject(ctx, client, parameters.get('id_token_hint'))
      return begin(ctx, request, client, {
        ...authorization,
        ...(hinted !== undefined && { hintedSubject: hinted }),
      })
    })
  },
}
