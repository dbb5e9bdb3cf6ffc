import { type CryptoKey, importJWK, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { createSealer } from '../../src/crypto/seal.ts'
import { sealingPurpose } from '../../src/keys/generate.ts'
import { secret, type World } from './world.ts'

type Claims = { readonly [name in keyof JWTPayload]?: JWTPayload[name] | undefined }

export interface ServerKey {
  readonly kid: string
  readonly algorithm: string
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  readonly privateKey: CryptoKey
}

/** The JWKS, as a client fetches it. */
export async function fetchJwks(world: {
  readonly provider: World['provider']
}): Promise<{ readonly keys: readonly JWK[] }> {
  const response = await world.provider.fetch(new Request(`${world.provider.issuer}/jwks`))
  return (await response.json()) as { keys: JWK[] }
}

export async function publishedKids(world: { readonly provider: World['provider'] }): Promise<readonly string[]> {
  return (await fetchJwks(world)).keys.map(({ kid }) => String(kid)).sort()
}

/** The server's signing key pair, opened with the server's secret. Tests use it to sign tokens as the server does. */
export async function serverKey(world: World, algorithm: string): Promise<ServerKey> {
  await fetchJwks(world)
  const record = (await world.storage.signingKeys.list()).filter((key) => key.algorithm === algorithm).at(-1)
  if (record === undefined) throw new Error(`there is no ${algorithm} key`)
  const opened = await createSealer(secret, sealingPurpose).unseal(record.sealedPrivateKey, record.id)
  if (opened === undefined) throw new Error('the key cannot be opened')
  const privateJwk = JSON.parse(opened) as JWK
  return {
    kid: record.id,
    algorithm,
    publicJwk: JSON.parse(record.publicKey) as JWK,
    privateJwk,
    privateKey: (await importJWK(privateJwk, algorithm)) as CryptoKey,
  }
}

/** Signs a JWT with the server's key. A claim or header member that is `undefined` is left out. */
export function signAs(key: ServerKey, claims: Claims, header: Record<string, unknown> = {}): Promise<string> {
  const all = { alg: key.algorithm, typ: 'at+jwt', kid: key.kid, ...header }
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader(JSON.parse(JSON.stringify(all)) as JWTHeaderParameters)
    .sign(key.privateKey, { crit: { 'urn:example:extension': true } })
}

export function encodeJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
