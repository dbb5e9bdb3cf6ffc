import * as openid from 'openid-client'

/** Prepares a client of a FAPI 2.0 server. Its private key is for PS256. */
export async function connect(issuer: URL, key: CryptoKey, messageSigning: boolean) {
  const metadata = messageSigning ? { authorization_signed_response_alg: 'PS256' } : undefined
  const insecure = issuer.protocol === 'http:' ? { execute: [openid.allowInsecureRequests] } : undefined // this machine
  const config = await openid.discovery(issuer, 'accounts-app', metadata, openid.PrivateKeyJwt(key), insecure)
  if (messageSigning) openid.useJwtResponseMode(config)
  return { config, key, messageSigning, DPoP: openid.getDPoPHandle(config, await openid.randomDPoPKeyPair()) }
}

/** Pushes a request, and returns the URL for the browser and what the client keeps until the callback. */
export async function start({ config, key, messageSigning, DPoP }: Awaited<ReturnType<typeof connect>>) {
  const checks = { pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedState: openid.randomState() }
  const parameters = new URLSearchParams({
    redirect_uri: 'https://app.example.com/callback',
    scope: 'openid email offline_access',
    state: checks.expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const signed = messageSigning && (await openid.buildAuthorizationUrlWithJAR(config, parameters, key)).searchParams
  return { checks, url: await openid.buildAuthorizationUrlWithPAR(config, signed || parameters, { DPoP }) }
}

/** Redeems the code in the URL of the callback, and reads userinfo. */
export async function finish({ config, DPoP }: Awaited<ReturnType<typeof connect>>, url: URL, checks: object) {
  const tokens = await openid.authorizationCodeGrant(config, url, { ...checks, idTokenExpected: true }, undefined, {
    DPoP,
  })
  return {
    tokens,
    about: await openid.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '', { DPoP }),
  }
}
