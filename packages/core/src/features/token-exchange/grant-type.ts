import type { GrantType, TokenRequest } from '../../contracts/grant-type.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { IssuedTokenKind, SubjectTokenReader } from './exchange.ts'

/** The rows of the exchange: what it accepts, and what it issues. */
export interface ExchangeTables {
  readonly subjects: readonly SubjectTokenReader[]
  readonly issued: readonly IssuedTokenKind[]
}

/** What a client gets that names no `requested_token_type` ({@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 section 2.1}). */
const defaultType = 'urn:ietf:params:oauth:token-type:access_token'

/** Exchanges one token for another ({@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}). */
export function tokenExchangeGrant({ subjects, issued }: ExchangeTables): GrantType {
  return {
    name: 'urn:ietf:params:oauth:grant-type:token-exchange',
    publicClients: false,
    withoutUser: false,
    readsAudience: true,
    async decide(core, request) {
      const { parameters } = request
      const kind = find(issued, 'requested_token_type', parameters.get('requested_token_type') ?? defaultType)
      const reader = find(subjects, 'subject_token_type', required(request, 'subject_token_type'))
      const token = required(request, 'subject_token')
      refuseIgnored(request)
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
function refuseIgnored({ parameters }: TokenRequest): void {
  const ignored = ['actor_token', 'actor_token_type', 'authorization_details'].find((name) => parameters.has(name))
  if (ignored !== undefined) throw new OAuthError('invalid_request', `${ignored} is not supported in a token exchange`)
}
