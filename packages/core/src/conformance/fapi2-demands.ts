import type { Demands } from '../contracts/profile.ts'

/** The page of the FAPI 2.0 Security Profile. */
export const securityProfile = 'https://openid.net/specs/fapi-security-profile-2_0-final.html'

/** The page of FAPI 2.0 Message Signing. */
export const messageSigning = 'https://openid.net/specs/fapi-message-signing-2_0-final.html'

/** What the FAPI 2.0 Security Profile demands ({@link https://openid.net/specs/fapi-security-profile-2_0-final.html}). */
export const securityDemands: Demands = Object.freeze<Demands>({
  clientAuthMethods: ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'],
  // `Ed25519` is the fully specified name of the `EdDSA` that FAPI names.
  signingAlgorithms: ['PS256', 'ES256', 'EdDSA', 'Ed25519'],
  issuerAsAudience: true,
  pushedRequests: true,
  requestUriLifetime: 599,
  pkce: true,
  // No document of FAPI describes device authorization (RFC 8628): whoever starts it need not sit where the user is.
  directGrantTypes: [],
  redirectUri: true,
  codeLifetime: 60,
  senderConstraints: ['jkt', 'x5t#S256'],
})

/** What FAPI 2.0 Message Signing adds for authorization requests, in three parts that an ecosystem chooses from. */
export const signedRequestDemands: Demands = Object.freeze<Demands>({
  signedRequests: true,
  requestObjectLifetime: 3600,
})
export const signedResponseDemands: Demands = Object.freeze<Demands>({
  responseModes: ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
})
export const signedIntrospectionDemands: Demands = Object.freeze<Demands>({ signedIntrospection: true })

/** The shortest time for which an exchanged refresh token must work again for a client that lost the answer, in seconds. */
export const leastRefreshRetry = 60
