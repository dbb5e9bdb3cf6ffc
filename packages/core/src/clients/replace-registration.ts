import type { Context } from '../contracts/context.ts'
import type { Substitution } from '../contracts/events.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { verifySecret } from './auth/verify-secret.ts'
import { changeClient } from './change.ts'
import { type SelfManagedClient, selfManagedClient } from './dynamic-registration.ts'
import { loopbackConsentKept } from './loopback-consent.ts'
import { machineScopeKept } from './machine.ts'
import { checkSubjectKept, completeMetadata } from './metadata-rules.ts'
import { type MetadataInput, restrictedMembers } from './metadata-schema.ts'
import { createRegistrationToken, invalidRegistrationToken, isRegistrationToken } from './registration-token.ts'
import { clientRights } from './rights.ts'
import { requireStoredSecret, usesSecret } from './secret.ts'
import { rightToEndSessions } from './self-registration-defaults.ts'
import { emitSubstituted, parseSubstituted } from './substitute.ts'
import { isTrusted } from './trust.ts'

type Input = Readonly<Record<string, unknown>>

/** Members that the server adds to an answer and a client must not send back. */
const serverMembers = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const

/**
 * Replaces the metadata of a client at the request of the client itself. Members that the request leaves out are
 * removed. Members that only the server side sets and the secret stay. The client gets a new registration access token
 * ({@link https://www.rfc-editor.org/rfc/rfc7592#section-2.2 RFC 7592 section 2.2}).
 * @throws {OAuthError} `invalid_token`, `invalid_client_metadata`, `invalid_redirect_uri` or `access_denied`
 */
export async function replaceRegistration(
  ctx: Context,
  clientId: string,
  token: string,
  input: Input,
): Promise<SelfManagedClient> {
  let substituted: readonly Substitution[] = []
  const next = await createRegistrationToken(ctx)
  const replaced = await changeClient(ctx, clientId, async (current) => {
    // Of two replacements with one token only the first succeeds.
    if (!(await isRegistrationToken(ctx, current, token))) throw invalidRegistrationToken()
    await refuseTrusted(ctx, current)
    await checkIdentity(ctx, current, input)
    const rights = clientRights(ctx.config, 'registrant', current.registeredBy, current)
    const parsed = parseSubstituted(ctx, rights, input)
    const { given } = parsed
    substituted = parsed.substituted
    const method = given.token_endpoint_auth_method ?? current.metadata.token_endpoint_auth_method
    const metadata = await completeMetadata(
      ctx,
      {
        ...rightToEndSessions(ctx.config.registration, given),
        ...restrictedOf(ctx, current.metadata, given),
        ...given,
        token_endpoint_auth_method: method,
        // A client that gives up its secret needs PKCE.
        ...(method === 'none' && { require_pkce: true }),
      },
      rights,
    )
    requireStoredSecret(ctx, metadata, current.secrets)
    checkSubjectKept(current.metadata, metadata)
    const secrets = usesSecret(metadata) ? current.secrets : []
    const { machineScope: _, ...rest } = current
    const machineScope = machineScopeKept(ctx.registry, current, metadata)
    return {
      ...rest,
      metadata,
      secrets,
      ...(machineScope !== undefined && { machineScope }),
      registrationTokenHash: next.hash,
    }
  })
  ctx.emit({ type: 'client.updated', clientId })
  emitSubstituted(ctx, clientId, substituted)
  return selfManagedClient(ctx, replaced, next.token)
}

/**
 * Refuses a trusted client: it must not change its own registration, because a new redirect URI would receive codes
 * without consent.
 * @throws {OAuthError} `access_denied`
 */
export async function refuseTrusted(ctx: Context, client: ClientRecord): Promise<void> {
  if (!(await isTrusted(ctx, client))) return
  throw new OAuthError(
    'access_denied',
    'trusted clients must be updated manually: call provider.updateClient on the server side',
  )
}

async function checkIdentity(ctx: Context, current: ClientRecord, input: Input): Promise<void> {
  if (input.client_id !== current.id) throw invalid('client_id must be the id of this client')
  const { client_secret, skip_consent, require_pkce } = input
  if (client_secret !== undefined && client_secret !== null) {
    const secret = typeof client_secret === 'string' ? client_secret : ''
    const good = usesSecret(current.metadata) && (await verifySecret(ctx, current, { clientId: current.id, secret }))
    if (!good) throw invalid('client_secret must be the secret of this client')
  }
  const sent = serverMembers.find((name) => input[name] !== undefined && input[name] !== null)
  if (sent !== undefined) throw invalid(`${sent} must not be sent`)
  if (skip_consent !== undefined && skip_consent !== null && skip_consent !== current.metadata.skip_consent) {
    throw invalid('skip_consent cannot be changed')
  }
  if (require_pkce === false && current.metadata.require_pkce) throw invalid('pkce is required for registered clients')
}

/** The members that only the server side sets. */
function restrictedOf({ registry }: Context, current: ClientMetadata, given: MetadataInput): MetadataInput {
  const kept: MetadataInput = { ...current, remember_loopback_consent: loopbackConsentKept(current, given) }
  const ofFeatures = registry.clientMetadata.filter((part) => part.serverSideOnly === true)
  const names: readonly string[] = [...restrictedMembers, ...ofFeatures.flatMap(({ members }) => Object.keys(members))]
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => names.includes(name) && value !== undefined))
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
