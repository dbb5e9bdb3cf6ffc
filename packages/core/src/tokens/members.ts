import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'
import type { TokenMember } from '../contracts/token-member.ts'
import { limitingMembers } from '../protocol/token-members.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'

/** The members that features and the binding add to a token, and those that the token response has. */
export interface IssuedMembers {
  readonly inToken?: Extra
  readonly inAnswer?: Extra
}

/**
 * Collects the members that features and the binding add to a token and its response. The token has what concerns its
 * resources, the response all of it.
 * @throws {OAuthError} of the feature that refuses what the token request asks for
 */
export function membersOf(ctx: Context, issuance: Issuance): Awaitable<IssuedMembers> {
  const { tokenMembers } = ctx.registry
  if (tokenMembers.size === 0 && issuance.binding === undefined) return {}
  return collectFrom([...tokenMembers.values()], issuance, { inToken: {}, inAnswer: {} })
}

interface Collected {
  readonly inToken: Record<string, unknown>
  readonly inAnswer: Record<string, unknown>
}

/** Asks one member after the other. It takes a promise only where a member answers with one. */
function collectFrom(
  members: readonly TokenMember[],
  issuance: Issuance,
  collected: Collected,
): Awaitable<IssuedMembers> {
  for (const [index, member] of members.entries()) {
    const value = member.valueOf(issuance)
    if (isThenable(value)) {
      return Promise.resolve(value).then((late) => {
        collect(member, late, issuance, collected)
        return collectFrom(members.slice(index + 1), issuance, collected)
      })
    }
    collect(member, value, issuance, collected)
  }
  const { inToken, inAnswer } = collected
  if (issuance.binding !== undefined) inToken.cnf = issuance.binding.cnf
  return Object.keys(inToken).length > 0 ? collected : { inAnswer }
}

function collect(member: TokenMember, value: unknown, { resources }: Issuance, { inToken, inAnswer }: Collected): void {
  if (value === undefined) return
  if (member.inTokenAnswer === true) inAnswer[member.name] = value
  const part = member.valueFor === undefined || resources.length === 0 ? value : member.valueFor(value, resources)
  if (part !== undefined) inToken[member.name] = part
}

/**
 * Returns the members of a token for an API that introspects it: of each the part that concerns the API. A member of which
 * nothing does is `undefined`.
 */
export function membersFor(
  { registry }: Context,
  { id, metadata }: ClientRecord,
  { clientId, extra = {} }: Pick<VerifiedAccessToken, 'clientId' | 'extra'>,
): Extra {
  if (id === clientId) return extra
  const resources = [id, ...(metadata.resources ?? [])]
  return Object.fromEntries(
    Object.entries(extra).map(([name, value]) => {
      const member = registry.tokenMembers.get(name)
      return [name, member?.valueFor === undefined ? value : member.valueFor(value, resources)]
    }),
  )
}

/** The member among these, if there is one, that limits a grant or token and that no feature of this process knows. */
export function unknownLimit({ registry }: Context, extra: Extra | undefined): string | undefined {
  if (extra === undefined) return undefined
  return limitingMembers.find((name) => extra[name] !== undefined && !registry.tokenMembers.has(name))
}

/** Finds the members of features, and `cnf`, among the claims of a JWT of this server. */
export function membersInClaims({ registry }: Context, claims: Readonly<Record<string, unknown>>): Extra | undefined {
  if (claims.cnf === undefined && registry.tokenMembers.size === 0) return undefined
  const found = ['cnf', ...registry.tokenMembers.keys()].filter((name) => claims[name] !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, claims[name]]))
}
