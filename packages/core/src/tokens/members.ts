import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'
import type { Extra } from '../storage/extra.ts'

/** Collects the members that features and the binding add to a token; `undefined` when there are none. */
export async function membersOf(ctx: Context, issuance: Issuance): Promise<Extra | undefined> {
  const { tokenMembers } = ctx.registry
  if (tokenMembers.size === 0 && issuance.binding === undefined) return undefined
  const members: Record<string, unknown> = {}
  for (const member of tokenMembers.values()) {
    const value = await member.valueOf(issuance)
    if (value !== undefined) members[member.name] = value
  }
  if (issuance.binding !== undefined) members.cnf = issuance.binding.cnf
  return Object.keys(members).length === 0 ? undefined : members
}

/** The members that are part of the token response as well. */
export function answeredMembers({ registry }: Context, members: Extra | undefined): Extra {
  if (members === undefined) return {}
  return Object.fromEntries(
    Object.entries(members).filter(([name]) => registry.tokenMembers.get(name)?.inTokenAnswer === true),
  )
}

/** Finds the members of features, and `cnf`, among the claims of a JWT of this server. */
export function membersInClaims({ registry }: Context, claims: Readonly<Record<string, unknown>>): Extra | undefined {
  if (claims.cnf === undefined && registry.tokenMembers.size === 0) return undefined
  const found = ['cnf', ...registry.tokenMembers.keys()].filter((name) => claims[name] !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, claims[name]]))
}
