import type { Endpoint } from '../contracts/endpoint.ts'
import { json } from '../http/json.ts'
import { isPublic } from '../policy/client.ts'
import { requireTokenSupport } from '../policy/client-support.ts'
import { requireDirectGrantType } from '../policy/demands.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { readAudience } from '../tokens/audience-parameter.ts'
import { addProofHeaders, readBinding } from '../tokens/binding.ts'
import { issueTokens } from '../tokens/issue.ts'

/** The token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 section 3.2}). */
export const token: Endpoint = {
  name: 'token',
  path: endpointPaths.token,
  methods: ['POST'],
  errors: 'json',
  cors: 'client',
  rateLimit: 'token',
  metadata: 'token_endpoint',
  async handleClient(core, { request, client, parameters, evidence }) {
    const name = parameters.get('grant_type')
    if (name === undefined) throw new OAuthError('invalid_request', 'missing grant_type')
    const grantType = core.registry.grantTypes.get(name)
    if (grantType === undefined) {
      const known = [...core.registry.grantTypes.keys()].join(', ')
      throw new OAuthError('unsupported_grant_type', `unsupported grant_type ${name}; this server supports ${known}`)
    }
    // A public client may be registered by hand for a grant type that relies on the secret alone.
    const provesNothing = !grantType.publicClients && isPublic(client)
    if (provesNothing || !client.metadata.grant_types.some((registered) => registered === name)) {
      throw new OAuthError('unauthorized_client', `The client is not authorized to use 'grant_type=${name}'`)
    }
    if (grantType.directRequests !== undefined) requireDirectGrantType(core, client, name)
    requireTokenSupport(core, client)
    const binding =
      core.registry.senderConstraints.size === 0
        ? undefined
        : await readBinding(core, request, { endpoint: core.config.issuer + endpointPaths.token, client, evidence })
    const instance = evidence?.instance
    try {
      const read = grantType.readsAudience ? parameters : readAudience(core, { request: 'token', client, parameters })
      const decision = await grantType.decide(core, { request, client, parameters: read, binding, instance })
      if ('answer' in decision) {
        const { body, headers } = await decision.answer()
        return json(200, body, { ...binding?.headers, ...headers })
      }
      const { body, headers } = await issueTokens(
        core,
        Object.assign({}, decision, binding && { binding }, instance && { instance }, { parameters: read }),
      )
      return json(200, body, headers)
    } catch (thrown) {
      throw addProofHeaders(thrown, binding?.headers)
    }
  },
}
