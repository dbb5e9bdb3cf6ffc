import type { Context } from '../contracts/context.ts'
import type { Substitution } from '../contracts/events.ts'
import { safeDescription } from '../protocol/errors.ts'
import { isDangerousScheme, schemeOf } from '../protocol/redirect-scheme.ts'
import { linkProblem } from '../protocol/redirect-uri.ts'
import { coreClientMembers, type PublicMetadataInput, parsePublicMetadata } from './metadata-schema.ts'
import { possibleMetadata } from './possible-metadata.ts'
import type { ClientRights } from './rights.ts'

/** The metadata of a registration request as the server registers it, and what it left out of the request. */
export interface SubstitutedMetadata {
  readonly given: PublicMetadataInput
  readonly substituted: readonly Substitution[]
}

type Input = Readonly<Record<string, unknown>>

/** Texts and links that only describe a client: it works without them. */
const texts: ReadonlySet<string> = new Set(['client_name', 'software_id', 'software_version'])
const links: ReadonlySet<string> = new Set(['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'])

/**
 * Reads the metadata of a registration request and leaves out what the server cannot register ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}: the server may replace requested
 * values, and the response shows what it registered).
 *
 * Empty texts, and links that no page may show, are always left out. With the option `clientRegistrationSubstitutes`,
 * scopes, grant types, response types and an authentication method that this client cannot have are left out too. What
 * is dangerous (redirect URIs, links that a page would run) stays in, so that the checks that follow refuse it.
 * @param rights what the author may give the client
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export function parseSubstituted(ctx: Context, rights: ClientRights, input: Input): SubstitutedMetadata {
  const described = withoutBadDescription(input)
  if (!ctx.config.registration.substitutes) {
    return { given: parsePublicMetadata(ctx.registry, described), substituted: differences(ctx, input, described) }
  }
  const filled = withoutEmptyMembers(described)
  const parsed = parsePublicMetadata(ctx.registry, filled)
  const given = possibleMetadata(ctx, rights, parsed)
  return { given, substituted: [...differences(ctx, input, filled), ...differences(ctx, parsed, given)] }
}

/** Reports what a registration asked for and the client does not have. */
export function emitSubstituted(ctx: Context, clientId: string, substituted: readonly Substitution[]): void {
  if (substituted.length > 0) ctx.emit({ type: 'client.metadata_substituted', clientId, substituted })
}

/** Removes empty texts, and links that no page shows because they do not use https. */
function withoutBadDescription(input: Input): Input {
  const useful = Object.entries(input).flatMap(([name, value]) => {
    if ((texts.has(name) || links.has(name)) && isBlank(value)) return []
    if (links.has(name) && isHarmlessNonLink(value)) return []
    if (name !== 'contacts' || !Array.isArray(value)) return [[name, value] as const]
    return [[name, value.filter((contact) => !isBlank(contact))] as const]
  })
  return Object.fromEntries(useful)
}

/**
 * Tells whether a link can be left out: no page may show it, and no browser would run it. The scheme is read without
 * blanks and control characters, because browsers skip them. A picture in a `data:` URL is no attack: some clients send
 * their logo that way.
 */
function isHarmlessNonLink(value: unknown): boolean {
  if (typeof value !== 'string' || linkProblem(value) === undefined) return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them in a scheme
  const scheme = schemeOf(value.replace(/[\x00-\x20]/g, ''))
  return scheme === undefined || !isDangerousScheme(scheme) || /^data:image\//i.test(value)
}

/** Removes members without content: empty texts, empty lists of types, and an `application_type` that does not exist. */
function withoutEmptyMembers(input: Input): Input {
  const filled = Object.entries(input).filter(([name, value]) => {
    if (name === 'application_type' && typeof value === 'string') return value === 'web' || value === 'native'
    const isList = name === 'grant_types' || name === 'response_types'
    return !isBlank(value) && !(isList && Array.isArray(value) && value.length === 0)
  })
  return Object.fromEntries(filled)
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === ''
}

/** Returns what is in `before` and not in `after`, member by member, without unknown members and empty values. */
export function differences({ registry }: Context, before: object, after: object): readonly Substitution[] {
  const left = after as Input
  return Object.entries(before).flatMap(([member, value]) => {
    const known = coreClientMembers.has(member) || registry.clientMetadata.some(({ members }) => member in members)
    if (!known || value === undefined || left[member] === value) return []
    const kept = valuesOf(member, left[member])
    const lost = valuesOf(member, value).filter((one) => !isBlank(one) && !kept.includes(one))
    return lost.length === 0 ? [] : [{ member, value: safeDescription(lost.join(' ')) }]
  })
}

function valuesOf(member: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String)
  if (typeof value !== 'string') return []
  return member === 'scope' ? value.split(' ') : [value]
}
