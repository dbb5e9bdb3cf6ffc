import { isPublic } from '../policy/client.ts'
import { linkProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { CreatedClient } from './create.ts'
import { clientInformation, type RegisteredClient } from './information.ts'

/** A client as its managers see it: also whose it is. What the host keeps beside it stays under `metadata`. */
export interface ManagedClient extends RegisteredClient {
  readonly user_id?: string
  readonly reference_id?: string
  readonly public: boolean
  readonly disabled: boolean
}

/** @param trusted whether its users are not asked, for a reason that is not in its metadata */
export function managedClient(client: ClientRecord, trusted = false): ManagedClient {
  const { metadata, userId, referenceId, disabled } = client
  return {
    ...clientInformation(client),
    skip_consent: trusted || metadata.skip_consent === true,
    ...(userId !== undefined && { user_id: userId }),
    ...(referenceId !== undefined && { reference_id: referenceId }),
    public: isPublic(client),
    disabled,
  }
}

/** The same with the secret that was made just now, once. */
export function managedClientWithSecret({ client, secret }: CreatedClient): ManagedClient {
  return { ...managedClient(client), ...(secret !== undefined && { client_secret: secret }) }
}

/** What anybody who is about to use the client may see of it. */
export function publicClient({ id, metadata }: ClientRecord): Readonly<Record<string, unknown>> {
  const { client_name, client_uri, logo_uri, contacts, tos_uri, policy_uri } = metadata
  return {
    client_id: id,
    client_name,
    client_uri: safeLink(client_uri),
    logo_uri: safeLink(logo_uri),
    contacts,
    tos_uri: safeLink(tos_uri),
    policy_uri: safeLink(policy_uri),
  }
}

/** Checked again before a page shows it: what is stored may have been written by hand. */
function safeLink(uri: string | undefined): string | undefined {
  return uri === undefined || linkProblem(uri) !== undefined ? undefined : uri
}
