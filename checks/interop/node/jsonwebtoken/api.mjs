import jwt from 'jsonwebtoken'
import { JwksClient } from 'jwks-rsa'

const { OAUTH_ISSUER, OAUTH_RESOURCE } = process.env
const keys = new JwksClient({ jwksUri: `${OAUTH_ISSUER}/jwks` })
const options = { issuer: OAUTH_ISSUER, audience: OAUTH_RESOURCE, algorithms: ['RS256'], complete: true }

export function verify(accessToken) {
  const key = ({ kid }, done) => keys.getSigningKey(kid, (error, found) => done(error, found?.getPublicKey()))
  return new Promise((resolve, reject) =>
    jwt.verify(accessToken, key, options, (error, token) => {
      if (error) reject(error)
      // An ID token is signed with the same keys and is no access token.
      else if (token.header.typ !== 'at+jwt') reject(new Error('not an access token'))
      else resolve(token.payload)
    }),
  )
}
