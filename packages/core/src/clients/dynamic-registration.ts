import type { RegistrationPolicy } from '../contracts/config.ts'
import type { Context } from '../contracts/context.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientOrigin, ClientRecord } from '../storage/client.ts'
import { type ClientOwner, createClient } from './create.ts'
import { type ClientInformation, clientInformation, type RegisteredClient, registeredClient } from './information.ts'
import type { PublicMetadataInput } from './metadata-schema.ts'
import { withoutAuthenticationKeys } from './possible-metadata.ts'
import { createRegistrationToken } from './registration-token.ts'
import { type ClientRights, clientRights } from './rights.ts'
import { usesSecret } from './secret.ts'
import { rightsOfNewClient } from './self-registration-defaults.ts'
import { differences, emitSubstituted, parseSubstituted } from './substitute.ts'

/** Who registers a client: a user, software with an initial access token, or a caller who is not signed in. */
export interface Registrant {
  readonly registeredBy: Extract<ClientOrigin, 'user' | 'initial_access_token' | 'anonymous'>
  readonly owner?: ClientOwner
}

/**
 * What a client needs to manage itself ({@link https://www.rfc-editor.org/rfc/rfc7592#section-3 RFC 7592 section 3}).
 */
interface SelfManagement {
  readonly registration_access_token: string
  readonly registration_client_uri: string
}

export type SelfManagedClient = ClientInformation & SelfManagement

/**
 * Registers a client for a caller from outside ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3.1 RFC 7591
 * section 3.1}). Restricted members keep their defaults, whatever the caller asks for. What the server cannot register
 * is left out where `parseSubstituted` says so: the response shows the stored values, and an event lists the others.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function registerDynamicClient(
  ctx: Context,
  registrant: Registrant,
  input: Readonly<Record<string, unknown>>,
): Promise<RegisteredClient & SelfManagement> {
  const { registration } = ctx.config
  refuseRestricted(registration, input)
  const rights = clientRights(ctx.config, 'registrant', registrant.registeredBy)
  const parsed = parseSubstituted(ctx, rights, input)
  const given = withoutSecret(ctx, rights, parsed.given)
  const method = given.token_endpoint_auth_method ?? 'client_secret_basic'
  const { token, hash } = await createRegistrationToken(ctx)
  const created = await createClient(ctx, {
    metadata: {
      ...given,
      ...rightsOfNewClient(registration, { ...given, token_endpoint_auth_method: method }, input.require_pkce),
    },
    rights,
    ...(registrant.owner !== undefined && { owner: registrant.owner }),
    registrationTokenHash: hash,
  })
  emitSubstituted(ctx, created.client.id, [...parsed.substituted, ...differences(ctx, parsed.given, given)])
  return { ...registeredClient(created), ...selfManagement(ctx, created.client.id, token) }
}

/** Returns the information of a client for the client itself, with its new registration access token. */
export function selfManagedClient(ctx: Context, client: ClientRecord, token: string): SelfManagedClient {
  return { ...clientInformation(client), ...selfManagement(ctx, client.id, token) }
}

/**
 * Refuses the restricted members that would give a client more than others, by name. Other restricted members are
 * ignored like unknown ones; the answer shows the stored values.
 */
function refuseRestricted(
  { withoutPkce }: RegistrationPolicy,
  { skip_consent, require_pkce }: Readonly<Record<string, unknown>>,
): void {
  if (skip_consent !== undefined && skip_consent !== null) {
    throw invalid('skip_consent cannot be set during dynamic client registration')
  }
  if (require_pkce === false && !withoutPkce) throw invalid('pkce is required for registered clients')
}

/**
 * Makes a client public when its author may not get a secret, even if the client names a method with a secret or none:
 * agents do that and work without a secret. It removes the metadata that only served client authentication, and keeps
 * the keys of the client only when a feature needs them. A client with another method, such as `private_key_jwt`, needs
 * no secret and is not changed.
 */
function withoutSecret(ctx: Context, rights: ClientRights, given: PublicMetadataInput): PublicMetadataInput {
  const method = given.token_endpoint_auth_method ?? 'client_secret_basic'
  const known = ctx.registry.clientAuthMethods.has(method)
  if (rights.secret || !known || !usesSecret({ token_endpoint_auth_method: method })) return given
  return { ...withoutAuthenticationKeys(ctx, given), token_endpoint_auth_method: 'none' }
}

function selfManagement(ctx: Context, clientId: string, token: string): SelfManagement {
  const uri = `${ctx.config.issuer}${endpointPaths.clientConfiguration}?client_id=${encodeURIComponent(clientId)}`
  return { registration_access_token: token, registration_client_uri: uri }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
