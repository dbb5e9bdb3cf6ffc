import { OAuthError } from '../../protocol/errors.ts'

/** The error of every subject token that is not good. Only the event tells the reason. */
export function invalidSubject(cause: string): OAuthError {
  return new OAuthError('invalid_request', 'the subject_token is invalid, expired or revoked', { cause })
}
