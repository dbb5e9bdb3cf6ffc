import type { ClientRecord } from '../storage/client.ts'
import { isPublic } from './client.ts'

/**
 * Whether anything but the user may answer for the user: a remembered consent, or the trust of the host. Any program on a
 * device can pretend to be a public client that is reached through a loopback address or a scheme of its own, and would
 * get a code without anybody being asked
 * ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section 8.6}).
 */
export function mayGoUnasked(client: ClientRecord, redirectUri: string | undefined, nativeToo: boolean): boolean {
  return nativeToo || !isPublic(client) || redirectUri?.startsWith('https://') === true
}
