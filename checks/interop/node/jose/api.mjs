import { createRemoteJWKSet, jwtVerify } from 'jose'

const { OAUTH_ISSUER, OAUTH_RESOURCE } = process.env
const keys = createRemoteJWKSet(new URL(`${OAUTH_ISSUER}/jwks`))

export async function verify(accessToken) {
  const options = { issuer: OAUTH_ISSUER, audience: OAUTH_RESOURCE, typ: 'at+jwt' }
  return (await jwtVerify(accessToken, keys, options)).payload
}
