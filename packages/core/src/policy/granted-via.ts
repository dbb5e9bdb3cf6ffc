import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'

/** The member of `extra` of a grant that says what made it. No feature may bring a parameter of this name. */
const member = 'granted_via'

/** What a grant of an authorization code says. It is the default, so that those grants need no member. */
const byCode = 'code'

/** Adds to what features keep with a grant what made the grant. */
export function withGrantedVia(extra: Extra | undefined, via: string = byCode): Extra | undefined {
  return via === byCode ? extra : { ...extra, [member]: via }
}

/** Returns what made a grant: `code`, or the name that a feature gave. */
export function grantedVia({ extra }: GrantRecord): string {
  const via = extra?.[member]
  return typeof via === 'string' ? via : byCode
}
