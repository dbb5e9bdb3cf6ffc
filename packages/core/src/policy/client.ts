import type { LoopbackRule } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A client that cannot keep a secret: it registered the authentication method `none`. */
export function isPublic(client: ClientRecord): boolean {
  return client.metadata.token_endpoint_auth_method === 'none'
}

/** {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3} */
export function loopbackRule(client: ClientRecord): LoopbackRule {
  const address = isPublic(client)
  return { address, localhost: address && client.metadata.application_type === 'native' }
}
