import type { Core } from '../../contracts/core.ts'
import type { Feature } from '../../contracts/feature.ts'
import { algorithmOf, parseSignedMetadataOptions, type SignedMetadataOptions } from './options.ts'
import { createMetadataSigner } from './signer.ts'

export type { SignedMetadataOptions }

/** `provider.features.signedMetadata` */
export interface SignedMetadata {
  /**
   * Signs the metadata of a protected resource, for its member `signed_metadata` ({@link
   * https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}). The same object gets the same JWT until the signing
   * key changes, so keep the object and call this for each request.
   * @param members the document without `signed_metadata`
   * @returns a JWT with the issuer of this server as `iss`, and `typ` `oauth-protected-resource+jwt`
   * @throws {TypeError} when the document has no `resource`
   */
  signResource(members: Readonly<Record<string, unknown>>): Promise<string>
}

/**
 * A feature that signs the discovery documents: the member `signed_metadata` is a JWT of all other members, so that a client
 * that knows the keys of this server can tell that nobody changed them on the way ({@link
 * https://www.rfc-editor.org/rfc/rfc8414#section-2.1 RFC 8414 section 2.1}). The server signs a document once for a signing
 * key, and again when the key changes.
 * @throws {TypeError} when an option is unknown or wrong; `createProvider` throws it when the server has no key for the
 * algorithm
 * @example
 * ```ts
 * createProvider({ features: [signedMetadata()], ... })
 * ```
 */
export function signedMetadata(options: SignedMetadataOptions = {}): Feature<'signedMetadata', SignedMetadata> {
  const parsed = parseSignedMetadataOptions(options)
  return Object.freeze<Feature<'signedMetadata', SignedMetadata>>({
    name: 'signedMetadata',
    start(core) {
      const algorithm = algorithmOf(parsed, core)
      const signServer = createMetadataSigner(core, algorithm, 'oauth-authorization-server+jwt')
      const signResource = createMetadataSigner(core, algorithm, 'oauth-protected-resource+jwt')
      return {
        documentMembers: [{ name: 'signed_metadata', maxAge: retention(core), valueOf: signServer }],
        api: {
          async signResource(members) {
            if (typeof members === 'object' && typeof members?.resource === 'string') return signResource(members)
            throw new TypeError('signResource: the metadata of a protected resource has the member resource')
          },
        },
      }
    },
  })
}

/**
 * For how many seconds the server publishes a key after its last signature. A document that caches keep for longer could have
 * a signature that nobody can verify.
 */
function retention({ config: { lifetimes } }: Core): number {
  return Math.max(lifetimes.accessToken, lifetimes.machineAccessToken, lifetimes.idToken)
}
