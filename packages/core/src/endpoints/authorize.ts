import { admitRequest } from '../authorization/parameters.ts'
import { readAuthorization } from '../authorization/read-authorization.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { foreignFormAsGet } from '../http/foreign-form.ts'
import { readFormText } from '../http/form.ts'
import { parseUnchecked } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { interact } from '../interaction/proceed.ts'
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
  async handle(core, request) {
    const encoded = request.method === 'POST' ? await readFormText(request) : queryOf(request.url)
    const asGet = foreignFormAsGet(request, core.config.issuer + endpointPaths.authorize, encoded)
    if (asGet !== undefined) return asGet
    const sent = parseUnchecked(encoded, core.registry.repeatable)
    await admitRequest(core, request, sent)
    const { client, authorization, take } = await readAuthorization(core, request, sent)
    return interact(core, request, { completion: 'code', authorization, ...(take !== undefined && { take }) }, client)
  },
}
