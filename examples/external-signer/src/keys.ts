import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** A key as the signer tells it to servers. The private key stays here. */
export interface PublicKey {
  readonly kid: string
  readonly algorithm: 'ES256'
  /** In PEM. */
  readonly publicKey: string
  /** Seconds since the epoch from which servers sign with it. */
  readonly activatesAt: number
}

interface StoredKey {
  readonly kid: string
  readonly privateKey: string
  readonly activatesAt: number
}

/** The keys of this process, in a file that only its user may read. A real signer has them in hardware. */
export interface Keys {
  list(): readonly PublicKey[]
  /** Signs a SHA-256 digest. The signature is in DER, as most key management services answer. */
  sign(kid: string, data: Uint8Array): Uint8Array | undefined
  /** Adds a key, which signs after this many seconds. */
  rotate(activateAfter: number): string
  /** Deletes a key: its tokens are refused as soon as servers read the list again. */
  delete(kid: string): boolean
}

export function openKeys(file: string): Keys {
  let keys: readonly StoredKey[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredKey[]) : []
  const privateKeys = new Map<string, KeyObject>(keys.map((key) => [key.kid, createPrivateKey(key.privateKey)]))

  function keep(changed: readonly StoredKey[]): void {
    // A crash leaves the old file or the new one, and never half of one.
    writeFileSync(`${file}.new`, JSON.stringify(changed), { mode: 0o600 })
    chmodSync(`${file}.new`, 0o600)
    renameSync(`${file}.new`, file)
    keys = changed
  }

  function rotate(activateAfter: number): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const kid = crypto.randomUUID()
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    privateKeys.set(kid, privateKey)
    keep([...keys, { kid, privateKey: pem, activatesAt: Math.floor(Date.now() / 1000) + activateAfter }])
    return kid
  }

  if (keys.length === 0) rotate(0)
  return {
    list: () =>
      keys.map(({ kid, privateKey, activatesAt }) => ({
        kid,
        algorithm: 'ES256',
        publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string,
        activatesAt,
      })),
    sign(kid, data) {
      const key = privateKeys.get(kid)
      return key && sign('sha256', data, key)
    },
    rotate,
    delete(kid) {
      if (!privateKeys.delete(kid)) return false
      keep(keys.filter((key) => key.kid !== kid))
      return true
    },
  }
}
