import type { ClientRecord } from '../storage/client.ts'

/**
 * The `sub` that this client sees for a user: the one place that decides it, for every token and answer
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes OpenID Connect Core section 8}).
 */
export function subjectOf(_client: ClientRecord, userId: string): string {
  return userId
}
