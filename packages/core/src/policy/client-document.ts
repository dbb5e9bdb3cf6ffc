import type { ClientRecord } from '../storage/client.ts'

/**
 * The part of a client's document on which a user's consent relies, as a text that changes with it: where codes go, who
 * can redeem them, and what the consent page shows. `undefined` for a client that is no document.
 */
export function documentFacts({ registeredBy, metadata }: ClientRecord): string | undefined {
  if (registeredBy !== 'document') return undefined
  const { redirect_uris, token_endpoint_auth_method, client_name, client_uri, logo_uri } = metadata
  const { tos_uri, policy_uri, jwks, jwks_uri, token_endpoint_auth_methods_supported } = metadata
  // Who can redeem codes with a certificate. Documents without such members keep the text that consents remember.
  const certificate = Object.entries(metadata).filter(([name]) => name.startsWith('tls_client_auth_'))
  return JSON.stringify([
    [...redirect_uris].sort(),
    [token_endpoint_auth_method, ...(token_endpoint_auth_methods_supported ?? [])],
    [jwks ?? null, jwks_uri ?? null],
    [client_name ?? null, client_uri ?? null, logo_uri ?? null, tos_uri ?? null, policy_uri ?? null],
    ...(certificate.length > 0 ? [certificate] : []),
  ])
}
