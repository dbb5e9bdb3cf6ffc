import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'

/**
 * Inside this wrapper every error belongs to the client: it carries the verified redirect target
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}).
 */
export async function towardsClient(target: RedirectTarget, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    const error = thrown instanceof OAuthError ? thrown : new OAuthError('server_error', undefined, { cause: thrown })
    throw error.towards(target)
  }
}
