import * as v from 'valibot'
import type { ClientMetadataPart } from '../contracts/client-metadata-part.ts'
import { outboundUrlProblem } from '../http/outbound.ts'
import { OAuthError } from '../protocol/errors.ts'

/** What only the owner of a key has ({@link https://www.rfc-editor.org/rfc/rfc7518#section-6 RFC 7518 section 6}). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

const publicKey = v.pipe(
  v.record(v.string(), v.unknown()),
  v.check(({ kty }) => typeof kty === 'string' && kty !== 'oct', 'must be an asymmetric key'),
  v.check((key) => privateMembers.every((member) => !Object.hasOwn(key, member)), 'must not be a private key'),
)

/**
 * The keys of a client, by value or by reference
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}). One object for all features that need
 * keys of clients.
 */
export const jwksMetadata: ClientMetadataPart = Object.freeze<ClientMetadataPart>({
  members: {
    jwks: v.object({ keys: v.pipe(v.array(publicKey), v.minLength(1), v.maxLength(20)) }),
    jwks_uri: v.pipe(v.string(), v.maxLength(2048)),
  },
  check({ config }, { jwks, jwks_uri }) {
    if (jwks_uri === undefined) return
    if (jwks !== undefined) throw invalid('jwks and jwks_uri exclude each other')
    const problem = outboundUrlProblem(jwks_uri, config.outbound.allowPrivate)
    if (problem !== undefined) throw invalid(`jwks_uri ${problem}`)
  },
})

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
