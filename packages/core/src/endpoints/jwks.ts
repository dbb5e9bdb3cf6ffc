import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument } from '../http/json.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { jwksMaxAge } from '../protocol/server-metadata.ts'

/**
 * The endpoint of the public keys: those that verify what the server signs, and those with which clients encrypt for it
 * ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section
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
    return publicDocument(await publicKeys(ctx), 'application/json', jwksMaxAge)
  },
}

async function publicKeys({ keys, registry }: Context): Promise<string> {
  if (registry.encryptionKeys.length === 0) return keys.jwks()
  const [signing, ...encryption] = await Promise.all([
    keys.jwks(),
    ...registry.encryptionKeys.map((set) => set.published()),
  ])
  const { keys: published } = JSON.parse(signing) as { readonly keys: readonly object[] }
  return JSON.stringify({ keys: [...published, ...encryption.flat().map((key) => JSON.parse(key) as object)] })
}
