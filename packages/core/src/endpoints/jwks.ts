import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument } from '../http/json.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { jwksMaxAge } from '../protocol/server-metadata.ts'

/**
 * The endpoint of the public signing keys ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section
 * 5}).
 */
export const jwks: Endpoint = {
  name: 'jwks',
  path: endpointPaths.jwks,
  methods: ['GET'],
  errors: 'json',
  cors: 'any',
  metadata: 'jwks_uri',
  async handle(ctx) {
    return publicDocument(await ctx.keys.jwks(), 'application/json', jwksMaxAge)
  },
}
