/**
 * Parameters that the core reads, in requests to any endpoint: a feature must not read them otherwise. `granted_via` is no
 * parameter: the core keeps it with a grant, beside the parameters of features.
 */
export const coreParameters: ReadonlySet<string> = new Set([
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'redirect_uri', 'response_type'],
  ...['response_mode', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method', 'prompt', 'max_age'],
  ...['resource', 'claims', 'login_hint', 'display', 'ui_locales', 'claims_locales', 'acr_values', 'id_token_hint'],
  ...['include_granted_scopes', 'granted_via'],
  ...['request', 'request_uri', 'registration', 'grant_type', 'code', 'code_verifier', 'refresh_token'],
  ...['access_token', 'token', 'token_type_hint', 'post_logout_redirect_uri', 'logout_hint'],
])
