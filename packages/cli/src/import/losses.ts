import type { ClientImport } from '@oauth/core'
import { RowProblem } from './row.ts'
import type { Loss, ReadClient } from './source.ts'

/** How many characters of a value the report shows. */
const longestShown = 200

const removedGrantTypes: ReadonlySet<string> = new Set(['implicit', 'password'])

/**
 * Leaves out of a client what OAuth 2.1 does not have, and says what that was and what to change.
 * @throws {RowProblem} when no grant type would be left
 */
export function withoutLosses(given: ClientImport, more: readonly Loss[] = []): ReadClient {
  const { grant_types, response_types, redirect_uris, post_logout_redirect_uris, ...rest } = given
  const losses: Loss[] = [...more]
  const keep = (
    name: string,
    values: readonly string[] | undefined,
    isLost: (value: string) => boolean,
    change: string,
  ): readonly string[] | undefined => {
    const lost = values?.filter(isLost) ?? []
    if (lost.length === 0) return values
    losses.push({ member: name, text: `${lost.map((value) => value.slice(0, longestShown)).join(', ')}: ${change}` })
    return values?.filter((value) => !isLost(value))
  }
  const grantTypes = keep(
    'grant_types',
    grant_types,
    (name) => removedGrantTypes.has(name),
    'OAuth 2.1 does not have it; move the client to authorization_code with PKCE',
  )
  if (grantTypes?.length === 0 && grant_types !== undefined && grant_types.length > 0) {
    throw new RowProblem(`grant_types ${grant_types.join(', ')}: nothing else is there, and OAuth 2.1 does not have it`)
  }
  const responseTypes = keep(
    'response_types',
    response_types,
    (name) => name !== 'code',
    'this server answers with code alone; change the client',
  )
  const redirects = keep('redirect_uris', redirect_uris, isPlainHttp, 'codes would be readable on their way; use https')
  const afterLogout = keep('post_logout_redirect_uris', post_logout_redirect_uris, isPlainHttp, 'use https')
  const codeIsGone = responseTypes?.length === 0 && grantTypes?.includes('authorization_code') === true
  const client = {
    ...rest,
    ...(grantTypes !== undefined && { grant_types: grantTypes }),
    ...(responseTypes !== undefined && { response_types: codeIsGone ? ['code'] : responseTypes }),
    ...(redirects !== undefined && { redirect_uris: redirects }),
    ...(afterLogout !== undefined && afterLogout.length > 0 && { post_logout_redirect_uris: afterLogout }),
  } as ClientImport
  return { client, losses }
}

/** What a pairwise client loses at a server that computes subjects in another way. */
export const otherSubjects: Loss = {
  member: 'subject_type',
  text: 'pairwise: this server computes other subjects, so the client would take its users for new ones; tell its operator first',
}

/** Whether a redirect goes over the network without TLS. Loopback addresses are the business of the provider. */
function isPlainHttp(uri: string): boolean {
  return /^http:/i.test(uri) && !/^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?]|$)/.test(uri)
}
