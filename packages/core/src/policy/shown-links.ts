import { linkProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'

/** The links of a client that a page may show. */
export interface ShownLinks {
  readonly clientUri?: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
}

/**
 * Returns the links of a client that are safe. They are checked again before a page shows them, since a stored row may have
 * been written by hand.
 */
export function shownLinks({ metadata }: ClientRecord): ShownLinks {
  const { client_uri, logo_uri, policy_uri, tos_uri } = metadata
  return {
    ...link('clientUri', client_uri),
    ...link('logoUri', logo_uri),
    ...link('policyUri', policy_uri),
    ...link('tosUri', tos_uri),
  }
}

function link<Name extends string>(name: Name, uri: string | undefined): { readonly [name in Name]?: string } {
  if (uri === undefined || linkProblem(uri) !== undefined) return {}
  return { [name]: uri } as { readonly [name in Name]: string }
}
