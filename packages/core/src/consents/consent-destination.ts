import { sha256 } from '../crypto/hash.ts'
import { documentFacts } from '../policy/client-document.ts'
import { isWebOnLoopback } from '../policy/impersonable-client.ts'
import { redirectHost } from '../protocol/redirect-uri.ts'
import { type Awaitable, whenKnown } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/**
 * Returns what a remembered consent is for, beside scopes: the host or scheme that the code goes to and, for a client
 * that is a document at a URL, the state of the document. Nobody approves a change of such a document, so a consent counts
 * only for the redirect URIs, the keys and the name that the user agreed to. `undefined` when there is neither.
 */
export function consentDestination(
  client: ClientRecord,
  redirectUri: string | undefined,
): Awaitable<string | undefined> {
  const host = redirectUri === undefined ? '' : hostOf(client, redirectUri)
  return whenKnown(documentState(client), (state) => (host === '' && state === '' ? undefined : host + state))
}

/**
 * A web application on loopback has a fixed port, and a program on another port is another program. The scheme in front
 * tells its destination from that of a consent for any port.
 */
function hostOf(client: ClientRecord, redirectUri: string): string {
  return isWebOnLoopback(client, redirectUri) ? new URL(redirectUri).origin : redirectHost(redirectUri)
}

/**
 * Tells whether the user has consented to this client as it is now.
 * @param scheme demands that the consent was for a redirect to this private-use scheme, with its colon
 */
export async function isConsentTo(client: ClientRecord, consent: ConsentRecord, scheme?: string): Promise<boolean> {
  if (consent.clientId !== client.id) return false
  const state = await documentState(client)
  if (scheme !== undefined) return consent.redirectHosts.includes(scheme + state)
  return state === '' || consent.redirectHosts.some((destination) => destination.endsWith(state))
}

/**
 * Returns the state of the client's document for an interaction that asks for consent now. The answer of the user counts
 * only while the document is in this state.
 */
export async function shownDocument(client: ClientRecord): Promise<{ readonly documentState?: string }> {
  const state = await documentState(client)
  return state === '' ? {} : { documentState: state }
}

/** The state of a client's document, behind a `#`, which no host and no scheme has. Empty for any other client. */
function documentState(client: ClientRecord): Awaitable<string> {
  const facts = documentFacts(client)
  return facts === undefined ? '' : whenKnown(sha256(facts), (hash) => `#${hash}`)
}
