import type { ClientInput } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'

export interface AddressClientsOptions {
  /** What is found at an address: the metadata of a client. */
  readonly documents: { get(url: string): ClientInput | undefined }
  /** Hosts whose clients are served. Default: all that `deny` does not name. */
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** Clients whose id is the URL of their metadata. Nobody registers them. */
export function addressClients({ documents, allow, deny = [] }: AddressClientsOptions): Feature<'addressClients'> {
  const isAllowed = (host: string) => !deny.includes(host) && (allow === undefined || allow.includes(host))
  return {
    name: 'addressClients',
    start: (core) => ({
      serverMetadata: { address_clients_supported: true },
      clientSources: [
        {
          owns: (clientId) => clientId.startsWith('https://') && URL.canParse(clientId),
          load(clientId) {
            const document = isAllowed(new URL(clientId).host) ? documents.get(clientId) : undefined
            return document && core.clientFrom(clientId, { token_endpoint_auth_method: 'none', ...document })
          },
        },
      ],
    }),
  }
}
