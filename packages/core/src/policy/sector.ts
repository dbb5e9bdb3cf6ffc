import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { isLoopbackHost, webHost } from '../protocol/web-host.ts'
import type { ClientRecord } from '../storage/client.ts'

type SectorMetadata = Pick<ClientMetadata, 'redirect_uris' | 'sector_identifier_uri'>

type Sectored = Pick<ClientRecord, 'id' | 'registeredBy'> & { readonly metadata: SectorMetadata }

/**
 * Returns the hosts that could name the sector of a pairwise client: the host of its `sector_identifier_uri`, or else
 * the hosts of its redirect URIs, of which there must be exactly one ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}). `undefined`
 * stands for a URI without a host of its own, which any other client may use as well: a private-use scheme or a
 * loopback address.
 */
export function sectorHosts({ sector_identifier_uri, redirect_uris }: SectorMetadata): readonly (string | undefined)[] {
  if (sector_identifier_uri !== undefined) return [webHost(sector_identifier_uri)?.hostname]
  return [...new Set(redirect_uris.map(ownHost))]
}

/**
 * Returns the sector of a pairwise client. A client whose redirect URIs have no host is a sector of its own; otherwise
 * all native programs would see the same `sub` of a user. So is a client that is a document: it may name the host of
 * another client at any time, and would then learn the `sub` of its users there. Such a sector contains a space, as no
 * host does.
 */
export function sectorOf({ id, metadata, registeredBy }: Sectored): string {
  const hosts = registeredBy === 'document' ? [] : sectorHosts(metadata)
  const [host] = hosts
  return host === undefined || hosts.length > 1 ? `client ${id} ` : host
}

function ownHost(uri: string): string | undefined {
  const hostname = webHost(uri)?.hostname
  return hostname === undefined || isLoopbackHost(hostname) ? undefined : hostname
}
