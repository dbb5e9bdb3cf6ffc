import type { GrantType, TokenRequest } from '../../contracts/grant-type.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { accessTokenType } from './access-token-subject.ts'
import type { IssuedTokenKind } from './exchange.ts'

export const tokenExchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

/**
 * Exchanges one token for another ({@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}).
 * @param issued the kinds of tokens that this server issues in exchange
 */
export function tokenExchangeGrant(issued: readonly IssuedTokenKind[]): GrantType {
  return {
    name: tokenExchangeGrantType,
    publicClients: false,
    withoutUser: false,
    readsAudience: true,
    async decide(core, request) {
      const { parameters } = request
      // What a client gets that names no type (RFC 8693 section 2.1).
      const kind = find(issued, 'requested_token_type', parameters.get('requested_token_type') ?? accessTokenType)
      const reader = find(kind.subjects, 'subject_token_type', required(request, 'subject_token_type'))
      const token = required(request, 'subject_token')
      refuseIgnored(request, kind)
      const prepared = kind.prepare(core, request)
      return prepared.decide(await reader.read(core, request, token))
    },
  }
}

function find<Row extends { readonly type: string }>(rows: readonly Row[], parameter: string, type: string): Row {
  const row = rows.find((one) => one.type === type)
  if (row !== undefined) return row
  const known = rows.map((one) => one.type).join(', ')
  throw new OAuthError('invalid_request', `unsupported ${parameter} ${type}; this server supports ${known}`)
}

function required({ parameters }: TokenRequest, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `missing ${name}`)
  return value
}

/**
 * An actor that is left out silently would make the token say less than the client asked for. Authorization details, which
 * are also sent in place of a scope, would make it allow more.
 */
function refuseIgnored({ parameters }: TokenRequest, { refuses }: IssuedTokenKind): void {
  const ignored = refuses.find((name) => parameters.has(name))
  if (ignored !== undefined)
    throw new OAuthError('invalid_request', `${ignored} is not supported in this token exchange`)
}
