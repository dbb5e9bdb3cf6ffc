import { isOfHost } from '../policy/client.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { isLoopbackRedirectUri } from '../protocol/redirect-uri.ts'
import type { ClientOrigin } from '../storage/client.ts'
import type { MetadataInput } from './metadata-schema.ts'

/** The metadata that the server side gives, and the client before the change. */
interface LoopbackChange {
  /** The members that this call names, without those that stay. */
  readonly given: MetadataInput
  /** The members that this call removes. */
  readonly removed?: ReadonlySet<string>
  readonly registeredBy: ClientOrigin
  readonly before?: ClientMetadata
}

/**
 * Returns `remember_loopback_consent` of a client that the server side creates or changes. Saying `application_type: 'web'`
 * of a public client sets it, because a client that does not say its type is `web` by default, too; saying another type
 * removes it. The member itself comes first. A client of another origin gets it by the member alone.
 */
export function loopbackConsentGiven({ given, removed, registeredBy, before }: LoopbackChange): boolean | undefined {
  const { remember_loopback_consent: named, application_type: type } = given
  if (named !== undefined) return named
  if (removed?.has('remember_loopback_consent') || removed?.has('application_type') || type === 'native')
    return undefined
  const method = given.token_endpoint_auth_method ?? before?.token_endpoint_auth_method
  if (type === 'web' && method === 'none' && isOfHost(registeredBy)) return true
  return before?.remember_loopback_consent
}

/**
 * Returns `remember_loopback_consent` of a client after a change from outside: the client keeps it, but only for the
 * loopback redirect URIs that the server side knew. An owner could otherwise add the address of another program. A client
 * that becomes native loses it in `completeMetadata`.
 */
export function loopbackConsentKept(before: ClientMetadata, given: MetadataInput): boolean | undefined {
  const known = new Set(before.redirect_uris)
  const added = given.redirect_uris?.some((uri) => !known.has(uri) && isLoopbackRedirectUri(uri)) === true
  return added ? undefined : before.remember_loopback_consent
}
