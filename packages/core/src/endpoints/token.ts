import { authenticateClient } from '../clients/authenticate.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readForm } from '../http/form.ts'
import { json } from '../http/json.ts'
import { isPublic } from '../policy/client.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { issueTokens } from '../tokens/issue.ts'

/** The token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 section 3.2}), start to end. */
export const token: Endpoint = {
  name: 'token',
  path: endpointPaths.token,
  methods: ['POST'],
  errors: 'json',
  cors: 'client',
  rateLimit: 'token',
  metadata: 'token_endpoint',
  async handle(ctx, request) {
    const parameters = await readForm(request)
    const client = await authenticateClient(ctx, request, parameters)
    const name = parameters.get('grant_type')
    if (name === undefined) throw new OAuthError('invalid_request', 'missing grant_type')
    const grantType = ctx.registry.grantTypes.get(name)
    if (grantType === undefined) throw new OAuthError('unsupported_grant_type', `unsupported grant_type ${name}`)
    // A public client may have been given a grant type by hand that proves nothing without a secret.
    const provesNothing = !grantType.publicClients && isPublic(client)
    if (provesNothing || !client.metadata.grant_types.some((registered) => registered === name)) {
      throw new OAuthError('unauthorized_client', `The client is not authorized to use 'grant_type=${name}'`)
    }
    const issuance = await grantType.decide(ctx, client, parameters)
    return json(200, await issueTokens(ctx, issuance))
  },
}
