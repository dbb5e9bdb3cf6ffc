/** What a code means to the people who meet it. */
export interface Explanation {
  /** When the server answers with it. */
  readonly meaning: string
  /** Who reads it, and where. */
  readonly reader: string
  /** What to change. */
  readonly remedy: string
}

const token = 'the client, in the JSON of the token endpoint'
const registration = 'whoever registers or changes a client'
const api = 'the client, in JSON and in `WWW-Authenticate`'
const pages = 'the client, at its redirect URI'

/** The codes of the core and of its features. The page of errors cannot be made while one is missing. */
export const explanations: Readonly<Record<string, Explanation>> = {
  invalid_request: {
    meaning: 'The request is malformed: a parameter is missing, repeated, too long or contradicts another.',
    reader: 'the client, at every endpoint; the user on a page where the client cannot be told',
    remedy: 'Read the description: it names the parameter.',
  },
  invalid_client: {
    meaning: 'The client is unknown or disabled, or did not prove that it is itself.',
    reader: 'the client, at endpoints where it authenticates; the user on a page, at the authorization endpoint',
    remedy:
      'Compare `client_id`, the secret and the registered method. The event `client.authentication_failed` has the reason.',
  },
  invalid_grant: {
    meaning:
      'The code, refresh token or assertion is wrong, expired, used, revoked, or belongs to another client or redirect URI.',
    reader: token,
    remedy:
      'Begin a new authorization. If it happens at once each time, the code is redeemed twice or the verifier is not that of the request.',
  },
  unauthorized_client: {
    meaning: 'The client is known, and is not registered for what it asks, or its security profile forbids it.',
    reader: `${token}; ${pages}`,
    remedy: 'Add the grant type or response type to its registration.',
  },
  unsupported_grant_type: {
    meaning: 'This server does not have the grant type.',
    reader: token,
    remedy: 'Install the feature that brings it, or look at the option `grantTypes`.',
  },
  unsupported_response_type: {
    meaning: 'The response type is not `code`. OAuth 2.1 has no other.',
    reader: pages,
    remedy: 'Use the authorization code with PKCE.',
  },
  invalid_scope: {
    meaning: 'A scope is malformed, or the client, the user or the resource does not allow it.',
    reader: `${token}; ${pages}`,
    remedy: 'Ask for registered scopes, and for no more than was granted when you refresh.',
  },
  access_denied: {
    meaning: 'The user refused, the access was withdrawn meanwhile, or the caller may not do this.',
    reader: `${pages}; callers of management endpoints`,
    remedy: 'Offer to start again. Callers need the right that the description names.',
  },
  server_error: {
    meaning:
      'Something failed that is not the fault of the client: an option of yours, a function of yours, or the server.',
    reader: 'every caller, without details',
    remedy: 'Read the event `request.failed`: `cause` is the true error.',
  },
  temporarily_unavailable: {
    meaning: 'The storage or the signing keys cannot be reached, or too many requests change the same thing.',
    reader: 'every caller, with `Retry-After`',
    remedy: 'Try again later. Operators look at `provider.ready()`.',
  },
  invalid_token: {
    meaning: 'The access token is missing, unknown, expired, revoked, or for somebody else.',
    reader: api,
    remedy: 'Refresh the token, or ask for one for this resource.',
  },
  insufficient_scope: {
    meaning: 'The access token lacks a scope that the endpoint needs.',
    reader: api,
    remedy: 'Ask the user for the scope in `scope` of the challenge.',
  },
  unsupported_token_type: {
    meaning: 'The server cannot revoke this kind of token.',
    reader: 'the client, at the revocation endpoint',
    remedy: 'Revoke the refresh token, which ends the whole grant.',
  },
  invalid_redirect_uri: {
    meaning: 'A redirect URI may not be registered.',
    reader: registration,
    remedy: 'Use https, a loopback address for native applications, or a private-use scheme with a period.',
  },
  invalid_client_metadata: {
    meaning: 'A member of the client metadata is wrong, unknown, or not for this author to set.',
    reader: registration,
    remedy: 'Read the description: it names the member. All members are in [Client metadata](client-metadata.md).',
  },
  invalid_target: {
    meaning: 'The resource is unknown, not allowed for this client, or was not named in the authorization request.',
    reader: `${token}; ${pages}`,
    remedy: 'Add the resource to `validAudiences`, and send `resource` at both endpoints.',
  },
  interaction_required: {
    meaning: 'With `prompt=none` the user would have to see one of your pages.',
    reader: pages,
    remedy: 'Repeat the request without `prompt=none`.',
  },
  login_required: {
    meaning:
      'With `prompt=none` nobody is signed in, or your login page did not make the new session that was demanded.',
    reader: pages,
    remedy: 'Repeat the request without `prompt=none`; a login page must make a new session or a newer `authTime`.',
  },
  account_selection_required: {
    meaning: 'With `prompt=none` the user would have to choose an account.',
    reader: pages,
    remedy: 'Repeat the request without `prompt=none`.',
  },
  consent_required: {
    meaning: 'With `prompt=none` the user has not agreed to what the request asks for.',
    reader: pages,
    remedy: 'Repeat the request without `prompt=none`.',
  },
  request_not_supported: {
    meaning: 'The request has the parameter `request`, and no feature reads it.',
    reader: pages,
    remedy: 'Install `jwtSecuredRequests()`, or send the parameters themselves.',
  },
  request_uri_not_supported: {
    meaning: 'The request has the parameter `request_uri`, and no feature reads it.',
    reader: pages,
    remedy: 'Install `pushedAuthorizationRequests()` or `jwtSecuredRequests()`.',
  },
  registration_not_supported: {
    meaning: 'The request has the parameter `registration`.',
    reader: pages,
    remedy: 'Register the client beforehand.',
  },
  invalid_request_uri: {
    meaning: 'The `request_uri` is unknown, expired, used, or cannot be fetched.',
    reader: pages,
    remedy: 'Push the request again, directly before the user is sent here.',
  },
  invalid_request_object: {
    meaning: 'The signed request is malformed, expired, or signed by a key that the client has not registered.',
    reader: `${pages}; the pushed authorization request endpoint`,
    remedy: 'Read the description; compare `aud`, `iss`, `exp` and the key.',
  },
  unmet_authentication_requirements: {
    meaning: 'The user could not sign in as strongly as the client demands.',
    reader: pages,
    remedy: 'Offer a stronger login on your page, or ask for another `acr`. See [Step-up](../step-up.md).',
  },
  authorization_pending: {
    meaning: 'The user has not answered yet, on the other device.',
    reader: token,
    remedy: 'Ask again after `interval` seconds.',
  },
  slow_down: {
    meaning: 'The client polls too often.',
    reader: token,
    remedy: 'Add five seconds to the interval, and keep it.',
  },
  expired_token: {
    meaning: 'The user did not answer in time.',
    reader: token,
    remedy: 'Begin again with a new code.',
  },
  insufficient_user_authentication: {
    meaning: 'The login of the user is too old or too weak for what is asked.',
    reader: `${token}; clients of an API`,
    remedy: 'Send the user to sign in with the `acr_values` and `max_age` of the answer.',
  },
  not_found: {
    meaning: 'There is no such endpoint, client or consent.',
    reader: 'every caller',
    remedy: 'Look at `basePath` and at the option that turns the endpoint on; the event `request.refused` names it.',
  },
  method_not_allowed: {
    meaning: 'The endpoint does not take this HTTP method.',
    reader: 'every caller, with `Allow`',
    remedy: 'Use the method in the description.',
  },
  rate_limited: {
    meaning: 'Too many requests from this address, client or user code.',
    reader: 'every caller, with `Retry-After`',
    remedy: 'Wait. Operators change the option `rateLimit`.',
  },
  invalid_authorization_details: {
    meaning: 'An entry of `authorization_details` is malformed, unknown or not allowed for the client.',
    reader: `${token}; ${pages}`,
    remedy: 'Read the description: it names the entry and the member.',
  },
  invalid_dpop_proof: {
    meaning: 'The DPoP proof is malformed, too old, used before, or made for another request.',
    reader: 'the client, at the token endpoint and at APIs',
    remedy: 'Make a new proof for each request, with the method and URL of that request.',
  },
  use_dpop_nonce: {
    meaning: 'The proof must contain a nonce of this server.',
    reader: 'the client, with the header `DPoP-Nonce`',
    remedy: 'Repeat the request with this nonce. Libraries do it by themselves.',
  },
  insufficient_authorization: {
    meaning: 'A first-party app must ask the user for more.',
    reader: 'the app, at the authorization challenge endpoint',
    remedy: 'Show what the answer demands, and send it with `auth_session`.',
  },
  invalid_session: {
    meaning: 'The `auth_session` is unknown, expired, or belongs to another app.',
    reader: 'the app, at the authorization challenge endpoint',
    remedy: 'Begin again without `auth_session`.',
  },
  redirect_to_web: {
    meaning: 'The app cannot sign this user in by itself.',
    reader: 'the app, at the authorization challenge endpoint',
    remedy: 'Open a browser with an ordinary authorization request.',
  },
  use_attestation_challenge: {
    meaning: 'The proof of the client instance must contain a challenge of this server.',
    reader: 'the app, with the challenge in a header',
    remedy: 'Repeat the request with this challenge.',
  },
  use_fresh_attestation: {
    meaning: 'The attestation of the client instance is too old.',
    reader: 'the app',
    remedy: 'Fetch a new attestation from the backend of the app.',
  },
  invalid_client_attestation: {
    meaning: 'The attestation or its proof is malformed, expired, or for another client.',
    reader: 'the app',
    remedy: 'Read the description; compare issuer, subject, audience and times.',
  },
  expired_login_hint_token: {
    meaning: 'The `login_hint_token` has expired.',
    reader: 'the client, at the back-channel authentication endpoint',
    remedy: 'Make a new one.',
  },
  unknown_user_id: {
    meaning: 'The hint names no user.',
    reader: 'the client, at the back-channel authentication endpoint',
    remedy: 'Compare the hint with what your server accepts.',
  },
  transaction_failed: {
    meaning: 'Tokens could not be made, and the client is told by push.',
    reader: 'the client, at its notification endpoint',
    remedy: 'Begin again; operators read the event.',
  },
  missing_user_code: {
    meaning: 'The client must send the `user_code` of the user.',
    reader: 'the client, at the back-channel authentication endpoint',
    remedy: 'Ask the user for it.',
  },
  invalid_user_code: {
    meaning: 'The `user_code` is wrong.',
    reader: 'the client, at the back-channel authentication endpoint',
    remedy: 'Ask the user again.',
  },
  invalid_binding_message: {
    meaning: 'The `binding_message` cannot be shown to the user.',
    reader: 'the client, at the back-channel authentication endpoint',
    remedy: 'Send plain text of at most 128 characters.',
  },
}
