import type { VerifiedToken } from './verified-token.ts'

/**
 * The caller of a protected resource: its verified token, and the members that the TypeScript SDK of MCP expects of
 * `AuthInfo`, so that its transports pass it on to tools.
 */
export interface AuthInfo extends Omit<VerifiedToken, 'scopes'> {
  /** The access token as the client sent it. It is a secret: do not log it. */
  readonly token: string
  readonly scopes: string[]
  /** The identifier of the resource. */
  readonly resource: URL
  /** `subject` and `claims` again, where code that knows only the SDK's type finds them. */
  readonly extra: Record<string, unknown>
}

export function authInfo(verified: VerifiedToken, token: string, resource: string): AuthInfo {
  const { subject, claims, scopes } = verified
  return { ...verified, token, scopes: [...scopes], resource: new URL(resource), extra: { subject, claims } }
}
