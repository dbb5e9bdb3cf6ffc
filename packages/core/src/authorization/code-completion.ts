import type { Approved, Completion } from '../contracts/completion.ts'
import type { Core } from '../contracts/core.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { createCredential } from '../crypto/credential.ts'
import { requireSupport } from '../policy/client-support.ts'
import { atMost, demandsOn } from '../policy/demands.ts'
import { responseModeProblem } from '../policy/response-mode.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { markClientUsed } from '../tokens/mark-client-used.ts'
import { successResponse, targetOf, targetOfError } from './authorization-response.ts'
import { errorTarget } from './error-target.ts'
import { commitGrant, createGrant } from './new-grant.ts'
import { keptExtra } from './request-extra.ts'

/** The completion with an authorization code, which the browser takes to the client. */
export const codeCompletion: Completion = {
  name: 'code',
  approve: issueCode,
  async deny(core, _request, { client, authorization }) {
    throw new OAuthError('access_denied', 'User denied access').towards(targetOfError(core, client, authorization))
  },
  async fail(core, request, { client, authorization, answered }, error) {
    const target = targetOfError(core, client, authorization)
    // A user who has answered the consent page has seen where the response goes.
    throw error.towards(
      answered === true ? target : await errorTarget(core, request, client, target).catch(() => 'never' as const),
    )
  },
}

/**
 * Stores a grant and its code for an approval, and responds to the client ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}). The client gets the code only if
 * nothing was withdrawn before it was written.
 * @throws {OAuthError} `access_denied` when something was withdrawn; `invalid_request` when the interaction is over
 */
async function issueCode(core: Core, request: Request, approved: Approved): Promise<Response> {
  const { client, authorization, consent, take } = approved
  // Checked again: the interaction may have begun in another process, or before the client was changed.
  requireSupport(core, client, approved.grant.scope)
  const target = targetOf(authorization)
  const { redirectUri, responseMode } = target
  const problem = responseModeProblem(core.registry, client, responseMode, redirectUri)
  if (problem !== undefined) throw new OAuthError('invalid_request', `unsupported response_mode: ${problem}`)
  const now = core.clock.now()
  const newGrant = createGrant(core, approved.grant)
  const { grant } = newGrant
  const made = createCredential('c', core.config.issuer, now, core.random)
  const credential = made instanceof Promise ? await made : made
  // Made before the only write: a response that cannot be signed or encrypted uses nothing up.
  const prepared = successResponse(core, request, target, { code: credential.text })
  const response = prepared instanceof Promise ? await prepared : prepared
  const extra = keptExtra(core, authorization, 'code')
  const code = {
    id: credential.id,
    secretHash: credential.secretHash,
    grantId: grant.id,
    redirectUri,
    redirectUriSent: authorization.redirectUriSent,
    ...(authorization.codeChallenge !== undefined && { codeChallenge: authorization.codeChallenge }),
    ...(authorization.nonce !== undefined && { nonce: authorization.nonce }),
    ...(extra !== undefined && { extra }),
    createdAt: now,
    expiresAt: now + atMost(core.config.lifetimes.authorizationCode, demandsOn(core, client).codeLifetime),
  }
  const commit = { code, take, ...(consent !== undefined && { consent }) }
  // The client has its response already, so this browser gets a page and no second redirect.
  if ((await commitGrant(core, newGrant, commit, client)) === 'gone') {
    throw errorForUser('invalid_request', englishTexts.interactionIsOver, { redirect: 'never' })
  }
  core.emit({ type: 'code.issued', clientId: client.id, userId: grant.userId, grantId: grant.id })
  const marking = markClientUsed(core, client)
  if (marking !== undefined) await marking
  return response
}
