import type { ClientInput } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'

export interface AddressClientsOptions {
  /** Fetches the metadata of a client from its address. */
  readonly documents: { get(url: string): ClientInput | undefined }
  /** The hosts whose clients the server accepts. Default: all hosts that `deny` does not name. */
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** Accepts clients that are not registered: their client_id is the URL of their metadata. */
export function addressClients({ documents, allow, deny = [] }: AddressClientsOptions): Feature<'addressClients'> {
  const isAllowed = (host: string) => !deny.includes(host) && (allow === undefined || allow.includes(host))
  return {
    name: 'addressClients',
    start: () => ({
      serverMetadata: { address_clients_supported: true },
      clientSources: [
        {
          owns: (clientId) => clientId.startsWith('https://') && URL.canParse(clientId),
          load(core, clientId) {
            const document = isAllowed(new URL(clientId).host) ? documents.get(clientId) : undefined
            return document && core.clientFrom(clientId, { token_endpoint_auth_method: 'none', ...document })
          },
        },
      ],
    }),
  }
}
