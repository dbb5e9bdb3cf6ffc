import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { isLoopbackHost, webHost } from '../protocol/web-host.ts'

type SectorMetadata = Pick<ClientMetadata, 'redirect_uris' | 'sector_identifier_uri'>

/**
 * The hosts that could name the sector of a pairwise client: that of its `sector_identifier_uri`, or else those of its
 * redirect URIs, of which there must then be exactly one
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 * `undefined` stands for a URI that has no host of its own, because anybody may have it as well: a private-use scheme, a
 * loopback address.
 */
export function sectorHosts({ sector_identifier_uri, redirect_uris }: SectorMetadata): readonly (string | undefined)[] {
  if (sector_identifier_uri !== undefined) return [webHost(sector_identifier_uri)?.hostname]
  return [...new Set(redirect_uris.map(ownHost))]
}

/**
 * The sector of a pairwise client. One whose redirect URIs have no host is a sector of its own: otherwise all programs
 * on the machines of users would see one name of a user. No host has a space in it.
 */
export function sectorOf({ id, metadata }: { readonly id: string; readonly metadata: SectorMetadata }): string {
  const hosts = sectorHosts(metadata)
  const [host] = hosts
  return host === undefined || hosts.length > 1 ? `client ${id} ` : host
}

function ownHost(uri: string): string | undefined {
  const hostname = webHost(uri)?.hostname
  return hostname === undefined || isLoopbackHost(hostname) ? undefined : hostname
}
