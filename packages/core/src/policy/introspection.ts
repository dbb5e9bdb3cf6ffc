import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import { findResource } from '../protocol/resource.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Tells whether a client may know what an access token says ({@link
 * https://www.rfc-editor.org/rfc/rfc7662#section-4 RFC 7662 section 4}). The token's own client may. So may an API that
 * stands for one of its resources: by its client id, which is the resource, or by `resources` of its registration. A
 * token without a resource is for this server alone, and only a client with `introspect_without_resource` may know it
 * beside its own.
 * @param validAudiences the resources in the spelling of the configuration, which is that of new tokens
 */
export function mayIntrospect(
  { id, metadata }: Pick<ClientRecord, 'id' | 'metadata'>,
  { clientId, audience }: Pick<VerifiedAccessToken, 'clientId' | 'audience'>,
  validAudiences: readonly string[],
): boolean {
  if (clientId === id || audience.includes(id)) return true
  if (audience.length === 0) return metadata.introspect_without_resource === true
  return (metadata.resources ?? []).some((resource) => {
    // A token may be older than the spelling of the configuration.
    return audience.includes(resource) || audience.includes(findResource(validAudiences, resource) ?? resource)
  })
}
