import type { LoopbackRule } from '../protocol/redirect-uri.ts'
import type { ClientOrigin, ClientRecord } from '../storage/client.ts'

/** A client that cannot keep a secret: it registered the authentication method `none`. */
export function isPublic(client: ClientRecord): boolean {
  return client.metadata.token_endpoint_auth_method === 'none'
}

/** Whether the host itself registered the client, in code or through an administrator. Any other origin is outside. */
export function isOfHost(registeredBy: ClientOrigin): boolean {
  return registeredBy === 'server' || registeredBy === 'admin'
}

/**
 * Whether nobody of the host has vouched for what the client says of itself: a user, software or somebody unknown
 * registered it.
 */
export function isSelfRegistered({ registeredBy }: Pick<ClientRecord, 'registeredBy'>): boolean {
  return !isOfHost(registeredBy)
}

/**
 * Whether the purge of unused clients takes the client until it was used once: it came through the registration endpoint.
 * The storage port asks the same of the row.
 */
export function isPurgedWhenUnused(client: ClientRecord): boolean {
  return client.registrationTokenHash !== undefined && client.usedAt === undefined
}

/** {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3} */
export function loopbackRule(client: ClientRecord): LoopbackRule {
  const address = isPublic(client)
  return { address, localhost: address && client.metadata.application_type === 'native' }
}
