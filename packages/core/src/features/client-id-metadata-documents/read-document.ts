import { dynamicScopes } from '../../clients/scope-policy.ts'
import type { Context } from '../../contracts/context.ts'
import { parseJson } from '../../protocol/json.ts'
import { linkProblem } from '../../protocol/redirect-uri.ts'
import { formatScope, parseScope } from '../../protocol/scope.ts'
import { type AuthMethodChoice, chooseAuthMethod } from './choose-auth-method.ts'

type Members = Readonly<Record<string, unknown>>

/** The client metadata of a document, without what this server does not take from documents. */
export interface ClientDocument extends AuthMethodChoice {
  readonly metadata: Members
}

/**
 * Reads a document of client metadata ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/ Client ID Metadata Documents, client
 * information}). One document is for all servers of the world, so what this server does not offer is left out, as {@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1} lets it; only what makes the client unsafe
 * or unusable is an error.
 * @param taken the grant types that are taken from documents
 * @returns the metadata, or a text that completes "the document"
 */
export function readDocument(
  ctx: Context,
  clientId: string,
  text: string,
  taken: readonly string[],
): ClientDocument | string {
  const document = parseObject(text)
  if (document === undefined) return 'is no JSON object'
  const wrong = documentProblem(document, clientId)
  if (wrong !== undefined) return wrong
  const choice = chooseAuthMethod(document, [...ctx.registry.clientAuthMethods.keys()])
  if (typeof choice === 'string') return choice
  const grantTypes = listIn(
    document.grant_types,
    taken.filter((type) => ctx.registry.grantTypes.has(type)),
  )
  if (grantTypes?.length === 0) return `names none of the grant types ${taken.join(', ')}`
  // The sector of a document is the document itself, so a list of redirect URIs is not fetched.
  const { client_id: _, scope, logo_uri: __, grant_types: ___, sector_identifier_uri: ____, ...rest } = document
  return {
    ...choice,
    metadata: {
      ...withoutEmpty(rest),
      ...linksOf(document),
      ...(grantTypes !== undefined && { grant_types: grantTypes }),
      response_types: ['code'],
      token_endpoint_auth_method: choice.method,
      ...scopeOf(scope, dynamicScopes(ctx.config).allowed),
    },
  }
}

function parseObject(text: string): Members | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

/** What makes a document invalid, beside the rules for all client metadata. */
function documentProblem(document: Members, clientId: string): string | undefined {
  const { client_id, client_name, redirect_uris } = document
  if (client_id !== clientId) return 'must have a client_id that is exactly its URL'
  const secret = ['client_secret', 'client_secret_expires_at'].find((name) => Object.hasOwn(document, name))
  if (secret !== undefined) return `must not have ${secret}: everybody can read it`
  if (typeof client_name !== 'string' || client_name.trim() === '') return 'must have a client_name'
  if (!Array.isArray(redirect_uris) || redirect_uris.length === 0) return 'must have redirect_uris'
  return undefined
}

/** The values of a list that are allowed; `undefined` for what is no list or an empty one. */
function listIn(value: unknown, allowed: readonly string[]): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return allowed.filter((one) => value.includes(one))
}

function withoutEmpty(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => value !== '' && name !== '__proto__' && !links.includes(name)),
  )
}

const links = ['client_uri', 'policy_uri', 'tos_uri']

/**
 * Links that pages may show. `logo_uri` is not among them: a picture from the client's server would tell that server who
 * looks at the page, and could change between the check and the look (section on metadata in the draft).
 */
function linksOf(document: Members): Members {
  return Object.fromEntries(
    links.flatMap((name) => {
      const uri = document[name]
      return typeof uri === 'string' && linkProblem(uri) === undefined ? [[name, uri]] : []
    }),
  )
}

/** The scopes of the document that clients may register themselves. None of them: the client gets the defaults. */
function scopeOf(scope: unknown, allowed: readonly string[]): Members {
  const named = typeof scope === 'string' ? (parseScope(scope) ?? []) : []
  const left = named.filter((one) => allowed.includes(one))
  return left.length === 0 ? {} : { scope: formatScope(left) }
}
