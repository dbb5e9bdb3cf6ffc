// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import * as client from 'openid-client'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID } = process.env
const config = await client.discovery(new URL(OAUTH_ISSUER), OAUTH_CLIENT_ID, undefined, client.None(), {
  // Only for http on your own machine.
  execute: OAUTH_ISSUER.startsWith('http://localhost') ? [client.allowInsecureRequests] : [],
})

const codes = await client.initiateDeviceAuthorization(config, { scope: 'openid profile email offline_access' })
console.log(`Open ${codes.verification_uri} and enter the code ${codes.user_code}`)

// Waits as the server says. It throws when the user has denied it (`error.error` is `access_denied`) and when the code is over.
const tokens = await client.pollDeviceAuthorizationGrant(config, codes)
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
console.log(`You are ${user.name}.`)
