import { UserManager } from 'oidc-client-ts'

/** The settings of a single-page app: a public client, so it has no secret. */
export const users = new UserManager({
  authority: globalThis.settings.OAUTH_ISSUER,
  client_id: globalThis.settings.OAUTH_CLIENT_ID,
  redirect_uri: globalThis.settings.OAUTH_REDIRECT_URI,
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
})
