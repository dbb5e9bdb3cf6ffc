import * as oauth from 'oauth4webapi'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_RESOURCE } = process.env
// Only for http on your own machine.
const options = { [oauth.allowInsecureRequests]: OAUTH_ISSUER.startsWith('http://localhost') }

const issuer = new URL(OAUTH_ISSUER)
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
const client = { client_id: OAUTH_CLIENT_ID }

export async function accessToken() {
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(OAUTH_CLIENT_SECRET),
    new URLSearchParams({ scope: 'notes:read', resource: OAUTH_RESOURCE }),
    options,
  )
  return (await oauth.processClientCredentialsResponse(server, client, response)).access_token
}
