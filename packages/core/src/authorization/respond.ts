import { asOAuthError } from '../policy/failure.ts'
import type { RedirectTarget } from '../protocol/errors.ts'

/**
 * Inside this wrapper every error belongs to the client: it carries the verified redirect target
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}).
 */
export async function towardsClient(target: RedirectTarget, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    throw asOAuthError(thrown).towards(target)
  }
}
