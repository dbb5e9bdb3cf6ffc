import { createHash, randomBytes } from 'node:crypto'

/** 256 bits for a cookie or an id. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a cookie's value: who reads the database cannot sign in with it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
