import { createHash, randomBytes } from 'node:crypto'

/** Makes a random value of 256 bits for a cookie or an id. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Hashes a cookie's value. Store only the hash, so that a reader of the database cannot sign in. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
