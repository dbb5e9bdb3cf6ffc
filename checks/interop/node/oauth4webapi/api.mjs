import * as oauth from 'oauth4webapi'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET } = process.env
// Only for http on your own machine.
const options = { [oauth.allowInsecureRequests]: OAUTH_ISSUER.startsWith('http://localhost') }

const issuer = new URL(OAUTH_ISSUER)
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
const client = { client_id: OAUTH_CLIENT_ID }
const secret = oauth.ClientSecretBasic(OAUTH_CLIENT_SECRET)

export async function introspect(accessToken) {
  const response = await oauth.introspectionRequest(server, client, secret, accessToken, options)
  return oauth.processIntrospectionResponse(server, client, response)
}
