import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { Issuance, OwnAnswer } from '../../contracts/issuance.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { checkIssuedBinding } from '../../tokens/binding.ts'

/**
 * Issues the access token for an ID-JAG. The response has what other responses do not have: the resources of the token
 * ({@link https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG section 4.4.1}).
 */
export async function answerIdJag(core: Core, request: TokenRequest, decided: Issuance): Promise<OwnAnswer> {
  const { binding, parameters } = request
  const issuance = { ...decided, parameters, ...(binding !== undefined && { binding }) }
  await requireKey(core, issuance)
  return {
    async answer() {
      const { body, headers } = await core.issue(issuance)
      const { resources } = issuance
      return { body: { ...body, resource: resources.length > 1 ? resources : resources[0] }, headers }
    },
  }
}

/**
 * A resource that demands bound tokens gets no other for an ID-JAG ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG section 9.8}).
 * @throws {OAuthError} `invalid_grant`, where other grants answer `invalid_request`
 */
async function requireKey(core: Core, issuance: Issuance): Promise<void> {
  try {
    await checkIssuedBinding(core, issuance)
  } catch (thrown) {
    if (!(thrown instanceof OAuthError) || thrown.code !== 'invalid_request') throw thrown
    throw new OAuthError('invalid_grant', thrown.description, { cause: thrown })
  }
}
