import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument, publicHeaders } from '../http/json.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { jwksMaxAge } from '../protocol/server-metadata.ts'
import type { Awaitable } from '../storage/awaitable.ts'

const headers = publicHeaders(jwksMaxAge)

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
  handle(ctx) {
    const text = publicKeys(ctx)
    return typeof text === 'string' ? publicDocument(text, headers) : text.then((late) => publicDocument(late, headers))
  },
}

function publicKeys(ctx: Context): Awaitable<string> {
  return ctx.registry.encryptionKeys.length === 0 ? ctx.keys.jwks() : allPublicKeys(ctx)
}

async function allPublicKeys({ keys, registry }: Context): Promise<string> {
  const [signing, ...encryption] = await Promise.all([
    keys.jwks(),
    ...registry.encryptionKeys.map((set) => set.published()),
  ])
  const { keys: published } = JSON.parse(signing) as { readonly keys: readonly object[] }
  return JSON.stringify({ keys: [...published, ...encryption.flat().map((key) => JSON.parse(key) as object)] })
}
