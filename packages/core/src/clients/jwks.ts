import * as v from 'valibot'
import type { ClientMetadataPart } from '../contracts/client-metadata-part.ts'
import { mostKeys, publicKeyProblem } from '../crypto/public-key.ts'
import { outboundUrlProblem } from '../http/outbound.ts'
import { OAuthError } from '../protocol/errors.ts'

const publicKey = v.pipe(
  v.record(v.string(), v.unknown()),
  v.check(
    (key) => publicKeyProblem(key) === undefined,
    ({ input }) => {
      const { kid } = input
      const named = typeof kid === 'string' ? `the key ${kid.slice(0, 64)} ` : ''
      return `${named}${publicKeyProblem(input)}`
    },
  ),
)

/**
 * The client metadata for public keys, by value (`jwks`) or by reference (`jwks_uri`) ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}). All features that need keys of clients share
 * this object.
 */
export const jwksMetadata: ClientMetadataPart = Object.freeze<ClientMetadataPart>({
  members: {
    jwks: v.object({
      keys: v.pipe(
        v.array(publicKey),
        v.minLength(1),
        v.maxLength(mostKeys, `must not have more than ${mostKeys} keys`),
      ),
    }),
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
