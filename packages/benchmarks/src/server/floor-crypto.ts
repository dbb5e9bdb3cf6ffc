import { createHash, generateKeyPairSync, type KeyObject, randomFillSync, sign, timingSafeEqual } from 'node:crypto'
import type { ClientName } from '../protocol.ts'

const pool = Buffer.alloc(4096)
let offset = pool.length

function random(length: number, encoding: 'hex' | 'base64url'): string {
  if (offset + length > pool.length) {
    randomFillSync(pool)
    offset = 0
  }
  offset += length
  return pool.toString(encoding, offset - length, offset)
}

export interface Token {
  /** 25 characters that grow with time. The token's text begins with them. */
  readonly id: string
  readonly text: string
  readonly hash: string
}

export function createToken(now: number): Token {
  const id = `${now.toString(16).padStart(9, '0')}${random(8, 'hex')}`
  const text = id + random(32, 'base64url')
  return { id, text, hash: hash(text) }
}

export function tokenId(text: string): string {
  return text.slice(0, 25)
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

export function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))
}

const keyId = hash('the key of the floor')

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const keys = new Map<string, KeyObject>()

const generate: Readonly<Record<ClientName, () => { readonly privateKey: KeyObject }>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

function keyFor(algorithm: ClientName): KeyObject {
  const key = keys.get(algorithm) ?? generate[algorithm]().privateKey
  keys.set(algorithm, key)
  return key
}

export function signJwt(algorithm: ClientName, typ: string, claims: object): string {
  const signed = `${encode({ alg: algorithm, typ, kid: keyId })}.${encode(claims)}`
  const key = { key: keyFor(algorithm), dsaEncoding: 'ieee-p1363' as const }
  return `${signed}.${sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(signed), key).toString('base64url')}`
}
