import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { SignJWT } from 'jose'

/**
 * The user of the assertions. Nobody revokes the grants of this user: an assertion from shortly before a revocation is
 * refused.
 */
export const assertedUser = { id: 'grace', name: 'Grace' }

/** An identity provider whose assertions the processes trust. */
const idp = 'https://idp.example.com'
const jwtBearerName = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const tokenExchangeName = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The key of the identity provider: Ed25519 of a fixed seed, so that every process has the same one. */
const key = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})

/** The features of the processes that accept assertions, each once, and exchange tokens. */
export const exchangeFeatures = [
  jwtBearer({
    issuers: [
      {
        issuer: idp,
        jwks: { keys: [{ ...createPublicKey(key).export({ format: 'jwk' }), kid: 'idp' } as never] },
        mapClaims: ({ sub }) => (sub === 'U-grace' ? { userId: assertedUser.id } : undefined),
      },
    ],
  }),
  tokenExchange({ accessTokens: { authorize: () => ({ mode: 'delegation' }) } }),
] as const

export const exchangeGrantTypes = [jwtBearerName, tokenExchangeName] as const

type Form = Readonly<Record<string, string>>

/** The form of a request with a new assertion about Grace, for the server with this issuer. */
export async function assertionForm(issuer: string): Promise<Form> {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'idp' })
    .setIssuer(idp)
    .setSubject('U-grace')
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(key)
  return { grant_type: jwtBearerName, assertion, scope: 'notes:read' }
}

/** The form of an exchange of an access token for one with a single scope. */
export function exchangeForm(subject_token: string): Form {
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token'
  return { grant_type: tokenExchangeName, subject_token, subject_token_type, scope: 'notes:read' }
}
