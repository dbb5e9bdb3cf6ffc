import type { Feature } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { scopes } from './mcp-server.ts'

/** `clientIdMetadataDocuments()` of `@oauth/core/features/client-id-metadata-documents` belongs here, too. */
const features: readonly Feature[] = [privateKeyJwt()]

/**
 * The options that let agents in, and the only place that names them. The preset replaces all of it: `mcp({ resources: {
 * [resource]: { scopes } } })` of `@oauth/core/mcp`.
 */
export function agentOptions(resource: string) {
  const offered = [...scopes, 'offline_access']
  return {
    features,
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    scopes,
    validAudiences: [resource],
    bindResources: true,
    clientRegistrationDefaultScopes: offered,
    clientRegistrationAddedScopes: offered,
    advertisedMetadata: { scopesSupported: offered },
    refreshTokensWithoutOfflineAccess: true,
    unusedClientTtlSeconds: 24 * 3600,
    accessTokenTtlSeconds: 300,
  }
}
