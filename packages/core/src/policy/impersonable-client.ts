import type { ClientRecord } from '../storage/client.ts'
import { isPublic } from './client.ts'

/**
 * Tells whether a client may get a code without a question to the user, because of a remembered consent or the trust of
 * the host. It may not when it is a public client on a loopback address or a private-use scheme: any program on the
 * device can pretend to be that client ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section
 * 8.6}).
 */
export function mayGoUnasked(client: ClientRecord, redirectUri: string | undefined, nativeToo: boolean): boolean {
  return nativeToo || !isPublic(client) || redirectUri?.startsWith('https://') === true
}
