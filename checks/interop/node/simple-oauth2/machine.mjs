import { ClientCredentials } from 'simple-oauth2'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_RESOURCE } = process.env
const client = new ClientCredentials({
  client: { id: OAUTH_CLIENT_ID, secret: OAUTH_CLIENT_SECRET },
  auth: { tokenHost: OAUTH_ISSUER, tokenPath: `${new URL(OAUTH_ISSUER).pathname}/oauth2/token` },
})

export async function accessToken() {
  const { token } = await client.getToken({ scope: 'notes:read', resource: OAUTH_RESOURCE })
  return token.access_token
}
