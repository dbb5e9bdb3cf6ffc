import { type Clock, systemClock } from './clock.ts'
import { ResourceError } from './errors.ts'
import { resolveSeconds } from './options.ts'
import type { VerifiedToken } from './verified-token.ts'

/** How the user must have authenticated ({@link https://www.rfc-editor.org/rfc/rfc9470#section-3 RFC 9470 section 3}). */
export interface AuthenticationRequirements {
  /** The accepted authentication context classes, best first. The token must have one of them. Default: any. */
  readonly acr?: readonly string[]
  /**
   * The largest age of the user's login, in whole seconds, at least 1. Default: any. A client needs some seconds for a
   * new login and its request, so allow a minute or more.
   */
  readonly maxAge?: number
}

/** How the age of a login is measured. */
export interface AgeOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock
  /**
   * Seconds by which the clocks of this server and of the authorization server may differ. Default 5, at most 300. A
   * resource whose clock is fast would otherwise refuse a login that the authorization server still accepts.
   */
  readonly clockTolerance?: number
}

/** The largest difference of clocks. A login that is further in the future was not measured in seconds. */
const mostTolerance = 300

/**
 * Checks that the user authenticated as an operation demands. A token that does not say how or when its user
 * authenticated fails, for instance one that a client got for itself.
 * @throws {ResourceError} `insufficient_user_authentication`, which tells the client which login to request
 * @throws {TypeError} when a requirement is wrong
 * @example
 * requireAuthentication(token, { acr: ['urn:example:mfa'], maxAge: 300 })
 */
export function requireAuthentication(
  token: Pick<VerifiedToken, 'acr' | 'authTime'>,
  requirements: AuthenticationRequirements,
  options: AgeOptions = {},
): void {
  checkRequirements(requirements)
  const tolerance = resolveSeconds('clockTolerance', options.clockTolerance, 5, { most: mostTolerance })
  const { acr, maxAge } = requirements
  const strong = acr === undefined || (token.acr !== undefined && acr.includes(token.acr))
  const age = (options.clock ?? systemClock).now() - (token.authTime ?? Number.NaN)
  const recent = maxAge === undefined || (age >= -mostTolerance && age <= maxAge + tolerance)
  if (strong && recent) return
  // Both requirements are named, also when one of them is met: the new login must meet both.
  throw new ResourceError('insufficient_user_authentication', {
    description: strong ? 'a more recent login of the user is required' : 'a stronger login of the user is required',
    ...(acr !== undefined && { acrValues: acr }),
    ...(maxAge !== undefined && { maxAge }),
  })
}

/**
 * Checks the requirements that the developer of the resource wrote down.
 * @throws {TypeError} that says what to change
 */
export function checkRequirements({ acr, maxAge }: AuthenticationRequirements): void {
  if (acr !== undefined) checkAcrValues(acr, 'acr')
  if (acr?.length === 0) throw new TypeError('acr: must name a class, or be left out')
  if (maxAge === undefined) return
  checkMaxAge(maxAge)
  if (maxAge === 0) {
    throw new TypeError('maxAge: 0 would refuse every token; use 60 or more, or insufficientUserAuthentication()')
  }
}

/**
 * Checks values of `acr_values`. They are separated by spaces in a quoted string, so that other characters could end the
 * value and begin another parameter.
 * @throws {TypeError} that names the option
 */
export function checkAcrValues(values: readonly string[], name: string): void {
  if (!Array.isArray(values)) throw new TypeError(`${name}: must be a list of strings`)
  const wrong = values.find((value) => typeof value !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value))
  if (wrong === undefined) return
  throw new TypeError(
    `${name}: ${JSON.stringify(wrong)} must be printable ASCII without spaces, quotes and backslashes; list several values one by one`,
  )
}

/**
 * Checks a value of `max_age`.
 * @throws {TypeError} unless it is a whole number of seconds, 0 or more
 */
export function checkMaxAge(maxAge: number): void {
  if (Number.isSafeInteger(maxAge) && maxAge >= 0) return
  throw new TypeError('maxAge: must be a whole number of seconds, 0 or more')
}
