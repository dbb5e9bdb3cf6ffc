import type { Context } from '../../contracts/context.ts'
import { hmacBase64url } from '../../crypto/hmac.ts'
import { createTokenSealers } from '../../crypto/seal.ts'

/** Twenty letters without vowels, so that codes form no words ({@link https://www.rfc-editor.org/rfc/rfc8628#section-6.1 RFC 8628 section 6.1}). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8

/** Makes a code of eight letters, 34.5 bits. */
export function createUserCode({ random }: Context): string {
  let code = ''
  while (code.length < length) {
    // 240 is the largest multiple of 20 in a byte: larger values would make some letters likelier.
    for (const byte of random.bytes(length)) if (byte < 240 && code.length < length) code += letters.charAt(byte % 20)
  }
  return code
}

/** Returns the code as the device shows it: `WDJB-MJHT`. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`
}

/** Reads a code as people type it, without regard to case, spaces and dashes. `undefined` for text that is no code. */
export function readUserCode(text: string): string | undefined {
  if (text.length > 64) return undefined
  const code = text.toUpperCase().replaceAll(/[\s\p{Pd}_.]/gu, '')
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined
}

/**
 * Returns the ids under which the request with this code may be stored, that of the current secret first. A code is short
 * enough to be guessed from a plain hash, so the id is a MAC: a copy of the database has no codes.
 */
export function idsOf({ config }: Context, code: string): Promise<readonly string[]> {
  const text = JSON.stringify(['device user_code', config.issuer, code])
  return Promise.all(config.secrets.slice(0, 10).map((secret) => macOf(secret, text)))
}

/** Returns a name for something that must not be in the storage as it is. */
export const macOf: (secret: string, text: string) => Promise<string> = hmacBase64url

const createSealers = ({ config }: Context) => createTokenSealers(config.secrets, 'oauth/device-user-code')

/** Encrypts a code for the stored interaction, whose page shows it. */
export function sealUserCode(ctx: Context, id: string, code: string): string | Promise<string> {
  return ctx.once(createSealers)(id).seal(code, ctx.config.issuer)
}

/** Decrypts a code. `undefined` when it was sealed with a secret that the server no longer has. */
export function unsealUserCode(ctx: Context, id: string, sealed: string): Promise<string | undefined> {
  return ctx.once(createSealers)(id).unseal(sealed, ctx.config.issuer)
}
