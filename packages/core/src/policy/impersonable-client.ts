import { isLoopbackRedirectUri } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import { isPublic } from './client.ts'

/**
 * Tells whether a client may get a code without a question to the user, because of a remembered consent or the trust of
 * the host. It may not when it is a public client on a loopback address or a private-use scheme: any program on the
 * device can pretend to be that client ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section
 * 8.6}). A client of which the host says that it is a web application may, on a loopback redirect URI exactly as it is
 * registered.
 */
export function mayGoUnasked(client: ClientRecord, redirectUri: string | undefined, nativeToo: boolean): boolean {
  if (nativeToo || !isPublic(client)) return true
  return redirectUri !== undefined && (redirectUri.startsWith('https://') || isWebOnLoopback(client, redirectUri))
}

/**
 * Tells whether the host says of a client that it is a web application, and this is one of its loopback redirect URIs. A
 * port that differs from the registered one does not count: another program on the device may listen there.
 */
export function isWebOnLoopback({ metadata }: ClientRecord, redirectUri: string): boolean {
  const { remember_loopback_consent, application_type, redirect_uris } = metadata
  return (
    remember_loopback_consent === true &&
    application_type === 'web' &&
    redirect_uris.includes(redirectUri) &&
    isLoopbackRedirectUri(redirectUri)
  )
}

/**
 * Says to the developer of a client that may not go unasked why `prompt=none` never succeeds at this redirect URI, and what
 * the operator can change.
 */
export function askedEachTime(redirectUri: string | undefined): string {
  const option = 'the option rememberConsentOfNativeClients'
  return redirectUri !== undefined && isLoopbackRedirectUri(redirectUri)
    ? `consents of public clients on loopback are remembered only where the operator registers the client with application_type web and this exact redirect URI, or with ${option}`
    : `consents of public clients are remembered only on https redirect URIs, or with ${option}`
}
