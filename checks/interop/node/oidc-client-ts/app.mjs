import { UserManager } from 'oidc-client-ts'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_REDIRECT_URI } = globalThis.settings

/** The settings of a single-page app: a public client, so it has no secret. */
export const users = new UserManager({
  authority: OAUTH_ISSUER,
  client_id: OAUTH_CLIENT_ID,
  redirect_uri: OAUTH_REDIRECT_URI,
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
})

/** Call this on every page. Without a user, show a button that calls `users.signinRedirect()`. */
export async function currentUser() {
  if (`${location.origin}${location.pathname}` !== OAUTH_REDIRECT_URI) return (await users.getUser())?.profile
  const { profile } = await users.signinRedirectCallback()
  history.replaceState({}, '', '/') // the code counts once
  return profile
}
