const backChannelLogout = 'the feature backChannelLogout() from @oauth/core/features/back-channel-logout'
const frontChannelLogout = 'the feature frontChannelLogout() from @oauth/core/features/front-channel-logout'
const encryptedResponses = 'the feature encryptedResponses() from @oauth/core/features/encrypted-responses'
const dpop = 'the feature dpop() from @oauth/core/features/dpop'
const jwtSecuredRequests = 'the feature jwtSecuredRequests() from @oauth/core/features/jwt-secured-requests'
const pushedAuthorizationRequests =
  'the feature pushedAuthorizationRequests() from @oauth/core/features/pushed-authorization-requests'
const jarm = 'the feature jarm() from @oauth/core/features/jarm'
const jwtIntrospection = 'the feature jwtIntrospection() from @oauth/core/features/jwt-introspection'
const mutualTls = 'the feature mutualTls() from @oauth/core/features/mutual-tls'
const privateKeyJwt = 'the feature privateKeyJwt() from @oauth/core/features/private-key-jwt'
const attestationBasedClientAuth =
  'the feature experimentalAttestationBasedClientAuthDraft10() from @oauth/core/features/attestation-based-client-auth-draft-10'
const richAuthorizationRequests =
  'the feature richAuthorizationRequests() from @oauth/core/features/rich-authorization-requests'
const ciba = 'the feature ciba() from @oauth/core/features/backchannel-authentication'
const profile =
  'the feature fapi2SecurityProfile(), fapi2MessageSigning() or fapiCibaProfile() from @oauth/core/features/fapi2'
const keysOfClients =
  'a feature that uses keys of clients: privateKeyJwt(), jwtSecuredRequests(), mutualTls(), encryptedResponses(), jarm(), jwtIntrospection() or ciba() from @oauth/core/features/*'

const ofMembers: Readonly<Record<string, string>> = {
  jwks: keysOfClients,
  jwks_uri: keysOfClients,
  token_endpoint_auth_signing_alg: privateKeyJwt,
  request_object_signing_alg: jwtSecuredRequests,
  request_uris: jwtSecuredRequests,
  require_signed_request_object: jwtSecuredRequests,
  request_object_encryption_alg: `the option encryptionAlgorithms of ${jwtSecuredRequests}`,
  request_object_encryption_enc: `the option encryptionAlgorithms of ${jwtSecuredRequests}`,
  id_token_encrypted_response_alg: encryptedResponses,
  id_token_encrypted_response_enc: encryptedResponses,
  userinfo_encrypted_response_alg: encryptedResponses,
  userinfo_encrypted_response_enc: encryptedResponses,
  require_pushed_authorization_requests: pushedAuthorizationRequests,
  authorization_signed_response_alg: jarm,
  authorization_encrypted_response_alg: jarm,
  authorization_encrypted_response_enc: jarm,
  require_signed_authorization_response: jarm,
  introspection_signed_response_alg: jwtIntrospection,
  introspection_encrypted_response_alg: jwtIntrospection,
  introspection_encrypted_response_enc: jwtIntrospection,
  tls_client_auth_subject_dn: mutualTls,
  tls_client_auth_san_dns: mutualTls,
  tls_client_auth_san_uri: mutualTls,
  tls_client_auth_san_ip: mutualTls,
  tls_client_auth_san_email: mutualTls,
  tls_client_certificate_bound_access_tokens: mutualTls,
  dpop_bound_access_tokens: dpop,
  authorization_details_types: richAuthorizationRequests,
  security_profile: profile,
  first_party_application:
    'the feature experimentalFirstPartyAppsDraft03() from @oauth/core/features/first-party-apps-draft-03',
  backchannel_token_delivery_mode: ciba,
  backchannel_client_notification_endpoint: ciba,
  backchannel_authentication_request_signing_alg: ciba,
  backchannel_user_code_parameter: ciba,
  backchannel_logout_uri: backChannelLogout,
  backchannel_logout_session_required: backChannelLogout,
  frontchannel_logout_uri: frontChannelLogout,
  frontchannel_logout_session_required: frontChannelLogout,
}

const ofAuthMethods: Readonly<Record<string, string>> = {
  private_key_jwt: privateKeyJwt,
  tls_client_auth: mutualTls,
  self_signed_tls_client_auth: mutualTls,
  attest_jwt_client_auth: attestationBasedClientAuth,
  attest_jwt_client_auth_dpop: `the option dpopCombinedMode of ${attestationBasedClientAuth}`,
  client_secret_jwt: `the option clientSecretJwt of ${privateKeyJwt}`,
}

/**
 * Names the feature that brings a member of client metadata, for error texts; `undefined` for a member that no feature
 * of this package brings. The text completes "needs".
 */
export function featureOfMember(member: string): string | undefined {
  return Object.hasOwn(ofMembers, member) ? ofMembers[member] : undefined
}

/**
 * Names the feature that brings a client authentication method, for error texts; `undefined` for a method that no
 * feature of this package brings. The text completes "needs".
 */
export function featureOfAuthMethod(method: string): string | undefined {
  return Object.hasOwn(ofAuthMethods, method) ? ofAuthMethods[method] : undefined
}
