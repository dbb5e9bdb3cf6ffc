import { OAuthError } from '../protocol/errors.ts'
import type { GrantTypeName } from '../protocol/feature-client-metadata.ts'
import type { LoopbackRule } from '../protocol/redirect-uri.ts'
import type { ClientOrigin, ClientRecord } from '../storage/client.ts'

/**
 * Tells whether a client is public, that is, registered with the authentication method `none`: it cannot keep a secret.
 */
export function isPublic(client: ClientRecord): boolean {
  return client.metadata.token_endpoint_auth_method === 'none'
}

/** The two transports of one secret: the `Authorization` header, and the form. */
const secretTransports: readonly string[] = ['client_secret_basic', 'client_secret_post']

/**
 * Tells whether a client may authenticate with this method: the registered one, or the other transport of its secret.
 * Which of the two a client uses proves nothing, and many libraries do not use the registered one. A client that is
 * registered for keys, or for `none`, has no other method.
 *
 * A client that is a document may list several in `token_endpoint_auth_methods_supported`, because nobody answers it which
 * of them the server chose ({@link https://openid.net/specs/openid-connect-rp-metadata-choices-1_0-final.html OpenID Connect
 * Relying Party Metadata Choices}).
 * @param strict whether only the registered method counts
 */
export function mayAuthenticateWith(
  { registeredBy, metadata }: ClientRecord,
  method: string,
  strict: boolean,
): boolean {
  const { token_endpoint_auth_method: registered } = metadata
  if (registered === method) return true
  if (registeredBy === 'document') return metadata.token_endpoint_auth_methods_supported?.includes(method) === true
  return !strict && secretTransports.includes(registered) && secretTransports.includes(method)
}

/** Tells whether the server side or an administrator registered the client. */
export function isOfHost(registeredBy: ClientOrigin): boolean {
  return registeredBy === 'server' || registeredBy === 'admin'
}

/**
 * Tells whether a user, software or a caller who was not signed in registered the client, so that nobody has checked
 * its metadata.
 */
export function isSelfRegistered({ registeredBy }: Pick<ClientRecord, 'registeredBy'>): boolean {
  return !isOfHost(registeredBy)
}

/**
 * Tells whether the purge of unused clients may delete the client: it came through the registration endpoint and was
 * never used. `purgeExpired` of the storage checks the same.
 */
export function isPurgedWhenUnused(client: ClientRecord): boolean {
  return client.registrationTokenHash !== undefined && client.usedAt === undefined
}

/**
 * Returns which loopback redirect URIs of the client may change their port ({@link
 * https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3}): all of a native client, which gets its port
 * from the operating system whether or not it has a secret, and the addresses of a public one.
 */
export function loopbackRule(client: ClientRecord): LoopbackRule {
  const native = client.metadata.application_type === 'native'
  return { address: native || isPublic(client), localhost: native }
}

/**
 * Checks that a client is registered for a grant type at whose endpoint it asks for a user's access.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireRegisteredGrantType({ metadata }: ClientRecord, name: GrantTypeName): void {
  if (metadata.grant_types.includes(name)) return
  throw new OAuthError('unauthorized_client', `the client is not registered for the grant type ${name}`)
}
