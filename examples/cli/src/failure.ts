import * as client from 'openid-client'

/** The exit codes, so that a script can tell what to do next. */
export const exitCodes = {
  /** The server or the API refused something, or did not answer. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Nobody is signed in, or the sign-in is over. */
  signed_out: 3,
  /** The user denied the sign-in. */
  denied: 4,
  /** The user did not enter the code in time. */
  expired: 5,
  /** Ctrl+C, as shells expect it. */
  interrupted: 130,
} as const

export type Reason = keyof typeof exitCodes

/** A problem that the program explains to its user, in place of a stack trace. */
export class Failure extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Explains what was thrown. Returns `undefined` for a fault of the program itself. */
export function explain(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error
  if (error instanceof client.ResponseBodyError) {
    return new Failure('failed', `The server refused: ${error.error_description ?? error.error} (${error.error}).`)
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    const { error: code = 'no reason', error_description = code } = error.cause[0]?.parameters ?? {}
    return new Failure('failed', `The request was refused (${error.status}): ${error_description}.`)
  }
  if (error instanceof client.ClientError) return new Failure('failed', `The server answered badly: ${error.message}.`)
  // fetch reports every network problem as a TypeError with a cause.
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const { code = 'no connection' } = (error.cause ?? {}) as NodeJS.ErrnoException
    return new Failure('failed', `The server does not answer (${code}). Is it running?`)
  }
  return undefined
}
