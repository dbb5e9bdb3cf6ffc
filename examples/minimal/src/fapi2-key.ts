import { writeFileSync } from 'node:fs'

const { publicKey, privateKey } = await crypto.subtle.generateKey(
  { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  true,
  ['sign', 'verify'],
)
const jwk = await crypto.subtle.exportKey('jwk', publicKey)
writeFileSync('client-jwks.json', JSON.stringify({ keys: [{ ...jwk, alg: 'PS256' }] }))
writeFileSync('client-key.json', JSON.stringify(await crypto.subtle.exportKey('jwk', privateKey)), { mode: 0o600 })
