import type { ClientMetadata } from '../protocol/client-metadata.ts'

/**
 * The hosts of the redirect URIs: a pairwise client needs exactly one, which is its sector
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 */
export function sectorsOf(metadata: Pick<ClientMetadata, 'redirect_uris'>): readonly string[] {
  return [...new Set(metadata.redirect_uris.map((uri) => new URL(uri).hostname))]
}
