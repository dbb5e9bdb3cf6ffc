import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** What a proof is for. */
export interface Proven {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly accessToken?: string
}

/** Makes a key, and a function that signs a DPoP proof for a request with it. */
export function proofs(): (request: Proven) => string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })
  return ({ method, path, accessToken }) => {
    const iat = Math.floor(Date.now() / 1000)
    const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url')
    const claims = { jti: randomUUID(), htm: method, htu: `http://localhost:9000${path}`, iat, ath }
    const signed = `${header}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

export const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
