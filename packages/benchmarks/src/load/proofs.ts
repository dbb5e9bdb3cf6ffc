import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** Makes a key, and a function that signs a DPoP proof for the token endpoint with it. */
export function proofs(): () => string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })
  return () => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = { jti: randomUUID(), htm: 'POST', htu: 'http://localhost:9000/auth/oauth2/token', iat }
    const signed = `${header}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
