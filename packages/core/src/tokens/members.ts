import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'
import type { Extra } from '../storage/extra.ts'

/** What features and the binding say about a token that is about to be issued; `undefined` when they say nothing. */
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

/** The members that the token answer has as well. */
export function answeredMembers({ registry }: Context, members: Extra | undefined): Extra {
  if (members === undefined) return {}
  return Object.fromEntries(
    Object.entries(members).filter(([name]) => registry.tokenMembers.get(name)?.inTokenAnswer === true),
  )
}

/** What features say about a token, in the claims of a JWT of ours. */
export function membersInClaims({ registry }: Context, claims: Readonly<Record<string, unknown>>): Extra | undefined {
  if (claims.cnf === undefined && registry.tokenMembers.size === 0) return undefined
  const found = ['cnf', ...registry.tokenMembers.keys()].filter((name) => claims[name] !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, claims[name]]))
}
