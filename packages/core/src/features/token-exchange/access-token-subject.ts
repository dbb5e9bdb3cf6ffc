import type { VerifiedAccessToken } from '../../contracts/access-token.ts'
import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { mayIntrospect } from '../../policy/introspection.ts'
import { requestedResources } from '../../policy/resource.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { resourcesOf } from '../../tokens/audience.ts'
import { knowsBinding } from '../../tokens/binding.ts'
import { unknownLimit } from '../../tokens/members.ts'
import { verifyAccessToken } from '../../tokens/verify.ts'
import { parseAct } from './actor.ts'
import type { Subject, SubjectTokenReader } from './exchange.ts'
import { invalidSubject } from './invalid-subject.ts'

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

/** Access tokens of this server about a user, of the client that presents them or for an API that the client is. */
export const accessTokenSubject: SubjectTokenReader = { type: accessTokenType, read }

async function read(core: Core, { client }: TokenRequest, text: string): Promise<Subject> {
  const token = await presentedAccessToken(core, client, text)
  if (typeof token === 'string') throw invalidSubject(token)
  const { grantId, userId, authTime, acr, amr } = token
  const grant = grantId === undefined ? undefined : await core.storage.grants.find(grantId)
  if (grant === undefined || userId === undefined) throw invalidSubject('it is about no user')
  const members = membersOf(token)
  const act = members.act === undefined ? undefined : parseAct(members.act)
  if (act === 'malformed') throw invalidSubject('its act is not one of this server')
  const resources = resourcesOf(core, token)
  return {
    userId,
    grant,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    access: {
      type: 'access_token',
      tokenId: token.id,
      clientId: token.clientId,
      scope: token.scopes,
      resources,
      resourcesWithin: (asked) =>
        asked.length === 0 ? resources : requestedResources(asked, resources, 'the subject token'),
      expiresAt: token.expiresAt,
      details: members.authorization_details,
      ...(act !== undefined && { act }),
      mayAct: members.may_act,
      cnf: members.cnf,
    },
  }
}

/**
 * Verifies an access token as introspection does, and that the client may present it: its own, or one for an API that
 * the client stands for. The token of a stranger is refused, also one for this server alone.
 * @returns a text for the event that says why not
 */
export async function presentedAccessToken(
  core: Core,
  client: ClientRecord,
  text: string,
): Promise<VerifiedAccessToken | string> {
  const token = await verifyAccessToken(core, text)
  if (token === undefined) return 'it is unknown, expired or revoked'
  const isOwn = token.clientId === client.id
  const isFor = token.audience.length > 0 && mayIntrospect(client, token, core.config.validAudiences)
  if (!isOwn && !isFor) return 'it is neither of the client nor for an API that the client is (resources)'
  const members = membersOf(token)
  if (!knowsBinding(core, members.cnf)) return 'it is bound in a way that this process does not know'
  const limit = unknownLimit(core, members)
  return limit === undefined ? token : `it has ${limit}, which this process does not know`
}

/** What features and the binding have put into a token: the claims of a JWT, or what is stored with an opaque token. */
export function membersOf({ claims, extra }: VerifiedAccessToken): Readonly<Record<string, unknown>> {
  return claims ?? extra ?? {}
}
