/** Parameters that the core reads, in requests to any endpoint: a feature must not read them otherwise. */
export const coreParameters: ReadonlySet<string> = new Set([
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'redirect_uri', 'response_type'],
  ...['response_mode', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method', 'prompt', 'max_age'],
  ...['resource', 'claims', 'login_hint', 'display', 'ui_locales', 'claims_locales', 'acr_values', 'id_token_hint'],
  ...['include_granted_scopes'],
  ...['request', 'request_uri', 'registration', 'grant_type', 'code', 'code_verifier', 'refresh_token'],
  ...['access_token', 'token', 'token_type_hint', 'post_logout_redirect_uri', 'logout_hint'],
])
