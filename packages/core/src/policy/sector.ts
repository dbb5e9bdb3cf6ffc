import type { ClientMetadata } from '../protocol/client-metadata.ts'

/**
 * The sector of a pairwise client: the host of its `sector_identifier_uri`, or else of its redirect URIs, of which there
 * must then be exactly one
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 */
export function sectorsOf({
  sector_identifier_uri,
  redirect_uris,
}: Pick<ClientMetadata, 'redirect_uris' | 'sector_identifier_uri'>): readonly string[] {
  if (sector_identifier_uri !== undefined) return [new URL(sector_identifier_uri).hostname]
  return [...new Set(redirect_uris.map((uri) => new URL(uri).hostname))]
}
