import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, subtle } from 'node:crypto'
import type { SigningAlgorithm } from '@oauth/core'
import {
  type ExternalSigningKey,
  type ExternalSigningKeysOptions,
  ecdsaSignatureFromDer,
  externalSigningKeys,
  type SignatureRequest,
} from '@oauth/core/external-signing-keys'
import { createWorld, type World, type WorldOptions } from './world.ts'

/** The keys of a key management service, with what its owner can do to them. */
export interface TestSigner {
  /** What `list` answers. Tests change it. */
  keys: ExternalSigningKey[]
  readonly options: ExternalSigningKeysOptions
  /** Replaces `list` or `sign` where a test sets it. */
  list: ((options: { readonly signal: AbortSignal }) => unknown) | undefined
  sign: ((request: SignatureRequest) => unknown) | undefined
  readonly calls: { list: number; readonly sign: string[] }
  /** Makes a key and adds it at the end of the list. */
  add(kid: string, key?: { readonly algorithm?: SigningAlgorithm; readonly activatesAt?: number }): ExternalSigningKey
  /** Takes a key out of the list, and signs with it no more. */
  remove(kid: string): void
  /** The right signature, in the form of JWS. */
  signWith(kid: string, request: SignatureRequest): Promise<Uint8Array>
}

const pairs = new Map<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>()

/** Making RSA keys takes long, so that tests share the keys of a name. */
function pairFor(kid: string, algorithm: SigningAlgorithm) {
  const name = `${algorithm} ${kid}`
  const made = pairs.get(name) ?? generate(algorithm)
  pairs.set(name, made)
  return made
}

function generate(algorithm: SigningAlgorithm) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Makes a signer with one key for each algorithm, whose names are `es256-1` and so on. */
export function testSigner(
  algorithms: readonly SigningAlgorithm[] = ['ES256'],
  more: Partial<ExternalSigningKeysOptions> = {},
): TestSigner {
  const privateKeys = new Map<string, KeyObject>()
  const signer: TestSigner = {
    keys: [],
    list: undefined,
    sign: undefined,
    calls: { list: 0, sign: [] },
    options: {
      algorithms,
      list: (options) => {
        signer.calls.list++
        return (signer.list === undefined ? signer.keys : signer.list(options)) as ExternalSigningKey[]
      },
      sign: (request) => {
        signer.calls.sign.push(request.key.kid)
        const answer = signer.sign === undefined ? signer.signWith(request.key.kid, request) : signer.sign(request)
        return answer as Promise<Uint8Array>
      },
      ...more,
    },
    add(kid, { algorithm = 'ES256', activatesAt } = {}) {
      const { publicKey, privateKey } = pairFor(kid, algorithm)
      privateKeys.set(kid, privateKey)
      const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>
      const key = { kid, algorithm, publicKey: jwk, ...(activatesAt !== undefined && { activatesAt }) }
      signer.keys = [...signer.keys, key]
      return key
    },
    remove(kid) {
      privateKeys.delete(kid)
      signer.keys = signer.keys.filter((key) => key.kid !== kid)
    },
    async signWith(kid, { key, data, digest }) {
      const privateKey = privateKeys.get(kid)
      if (privateKey === undefined) throw new Error(`the signer has no key ${kid}`)
      if (digest !== undefined && !createHash('sha256').update(data).digest().equals(digest)) throw new Error('digest')
      if (key.algorithm === 'ES256') return ecdsaSignatureFromDer(sign('sha256', data, privateKey))
      if (key.algorithm === 'EdDSA') return sign(null, data, privateKey)
      return signRsa(key.algorithm, privateKey, data)
    },
  }
  for (const algorithm of algorithms) signer.add(`${algorithm.toLowerCase()}-1`, { algorithm })
  return signer
}

async function signRsa(algorithm: SigningAlgorithm, key: KeyObject, data: Uint8Array): Promise<Uint8Array> {
  const name = algorithm === 'PS256' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  const pkcs8 = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
  const imported = await subtle.importKey('pkcs8', pkcs8, { name, hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await subtle.sign({ name, saltLength: 32 }, imported, new Uint8Array(data)))
}

/** A world whose keys for ID tokens and access tokens are in this signer. */
export function createExternalWorld(signer: TestSigner, options: WorldOptions = {}): World {
  const [algorithm = 'ES256'] = signer.options.algorithms
  return createWorld({
    idTokenSigningAlgorithm: algorithm,
    accessTokenSigningAlgorithm: algorithm,
    signingKeys: externalSigningKeys(signer.options),
    ...options,
  })
}

/** The public key of a key of the signer in another form. */
export function publicKeyAs(key: ExternalSigningKey, format: 'pem' | 'der'): string | Uint8Array {
  const exported = createPublicKey({ key: key.publicKey as object, format: 'jwk' } as never).export({
    type: 'spki',
    format: 'pem',
  }) as string
  if (format === 'pem') return exported
  return Buffer.from(exported.replaceAll(/-----.*-----|\s/g, ''), 'base64')
}
