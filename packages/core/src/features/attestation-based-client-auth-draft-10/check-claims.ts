import { clockTolerance, timeProblem } from '../../policy/clock-skew.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { invalidAttestation } from './presented.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * Checks the times of a client attestation whose signature is valid.
 * @param maxAge in seconds
 * @throws {OAuthError} `use_fresh_attestation` when it is too old; `invalid_client_attestation` when it is not valid yet, or
 * has no `exp`
 */
export function checkAttestationTimes({ exp, nbf, iat }: Members, now: number, maxAge: number): void {
  if (typeof exp !== 'number') throw invalidAttestation('exp of the client attestation must be a number')
  const problem = timeProblem({ exp, nbf, iat }, now)
  if (problem === 'expired') throw stale('it has expired')
  if (problem !== undefined) throw invalidAttestation(`the client attestation has wrong times: ${problem}`)
  // Without iat it may have been made now at the earliest.
  const old = typeof iat === 'number' ? iat + maxAge + clockTolerance <= now : exp > now + maxAge + clockTolerance
  if (old) throw stale(`it is older than ${maxAge} s, or has no iat and is valid for longer`)
}

function stale(reason: string): OAuthError {
  return new OAuthError(
    'use_fresh_attestation',
    'get a new client attestation from the attester and repeat the request',
    {
      cause: `client attestation: ${reason}`,
    },
  )
}

/**
 * Checks the claims of a proof, without its challenge and times.
 * @returns its `jti`
 * @throws {OAuthError} `invalid_client_attestation`
 */
export function checkPopClaims({ aud, jti }: Members, issuer: string): string {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audiences.length !== 1 || audiences[0] !== issuer) {
    throw invalidAttestation(`aud of the proof must be ${issuer}, the issuer of this server, alone`)
  }
  if (typeof jti !== 'string' || jti === '')
    throw invalidAttestation('jti of the proof must be a string that is not empty')
  return jti
}
