import { isPublic } from '../policy/client.ts'
import { linkProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { CreatedClient } from './create.ts'
import { clientInformation, type RegisteredClient } from './information.ts'

/** A client as those who manage it see it, with its owner. Data of the application stays under `metadata`. */
export interface ManagedClient extends RegisteredClient {
  readonly user_id?: string
  readonly reference_id?: string
  readonly public: boolean
  readonly disabled: boolean
}

/** @param trusted whether configuration or resolver trusts the client, so that its users are not asked */
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

/** Returns a managed client together with its new secret, which the server shows only once. */
export function managedClientWithSecret({ client, secret }: CreatedClient): ManagedClient {
  return { ...managedClient(client), ...(secret !== undefined && { client_secret: secret }) }
}

/** Returns what every user of a client may see of it: its name, logo, contacts and links. */
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

/** Checks a link again before a page shows it, since somebody may have written it into storage by hand. */
function safeLink(uri: string | undefined): string | undefined {
  return uri === undefined || linkProblem(uri) !== undefined ? undefined : uri
}
