import type { CredentialFormats } from '../contracts/config.ts'
import { kindOf, wrongAnswer } from './wrong-answer.ts'

/** The form that a text from a generator of the options must have. */
interface Shape {
  readonly pattern: RegExp
  /** Completes "must answer with". */
  readonly right: string
}

/** 22 characters carry 128 bits. A bearer token has the characters of RFC 6750 section 2.1. */
const accessToken: Shape = {
  pattern: /^(?=.{22,4096}$)[A-Za-z0-9._~+/-]+=*$/,
  right: 'a string of 22 to 4096 letters, digits and - . _ ~ + /',
}
const refreshToken: Shape = {
  pattern: /^[\x21-\x7e]{22,4096}$/,
  right: 'a string of 22 to 4096 printable ASCII characters without spaces',
}
const encodedToken: Shape = {
  pattern: /^[\x21-\x7e]{1,8192}$/,
  right: 'a string of at most 8192 printable ASCII characters without spaces',
}
const clientId: Shape = {
  pattern: /^[\x21-\x7e]{1,255}$/,
  right: 'a string of 1 to 255 printable ASCII characters without spaces',
}
const clientSecret: Shape = {
  pattern: /^[\x20-\x7e]{32,1024}$/,
  right: 'a string of 32 to 1024 printable ASCII characters',
}

/**
 * Wraps the generators and formats of the options so that every text is checked before anything is stored or consumed.
 * A wrong text throws a `TypeError` that names the option and does not contain the text, which is a credential.
 */
export function checkedFormats(given: CredentialFormats): CredentialFormats {
  const { encodeRefreshToken } = given
  return Object.freeze<CredentialFormats>({
    ...given,
    accessToken: {
      ...given.accessToken,
      generate: checked('generateAccessToken', accessToken, given.accessToken.generate),
    },
    refreshToken: {
      ...given.refreshToken,
      generate: checked('generateRefreshToken', refreshToken, given.refreshToken.generate),
    },
    generateClientId: checked('generateClientId', clientId, given.generateClientId),
    generateClientSecret: checked('generateClientSecret', clientSecret, given.generateClientSecret),
    encodeRefreshToken:
      encodeRefreshToken &&
      ((token, sid) => requireShape('refreshTokenEncoder', encodedToken, encodeRefreshToken(token, sid))),
    decodeRefreshToken(text) {
      const token: unknown = given.decodeRefreshToken(text)
      if (typeof token === 'string' || token === undefined) return token
      if (token === null) return undefined
      throw wrongAnswer('refreshTokenDecoder', 'a string, or undefined', token)
    },
  })
}

function checked(option: string, shape: Shape, generate: (() => string) | undefined): (() => string) | undefined {
  return generate && (() => requireShape(option, shape, generate()))
}

function requireShape(option: string, { pattern, right }: Shape, made: unknown): string {
  if (typeof made === 'string' && pattern.test(made)) return made
  const kind = typeof made === 'string' && made !== '' ? 'a string of another length or with others' : kindOf(made)
  throw new TypeError(`${option} must answer with ${right}; it is ${kind}`)
}
