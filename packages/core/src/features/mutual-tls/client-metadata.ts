import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { type AlternativeNameMember, alternativeNameMembers, normalizeAlternativeName } from './alternative-names.ts'
import { decodeAttribute } from './certificate.ts'
import { normalizeName, parseName } from './distinguished-name.ts'
import { certifiedKeyProblem } from './registered-certificates.ts'

/** The members of which a client with `tls_client_auth` registers exactly one. */
export const subjectMembers: readonly ('tls_client_auth_subject_dn' | AlternativeNameMember)[] = [
  'tls_client_auth_subject_dn',
  ...alternativeNameMembers,
]

const text = v.pipe(v.string(), v.maxLength(1024))

const alternativeName = (member: AlternativeNameMember, form: string) =>
  v.pipe(
    text,
    v.check((value) => normalizeAlternativeName(member, value) !== undefined, form),
  )

/** The client metadata of RFC 8705 ({@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2 section 2.1.2}). */
export const certificateMetadata: ClientMetadataPart = {
  members: {
    tls_client_certificate_bound_access_tokens: v.boolean(),
    tls_client_auth_subject_dn: v.pipe(
      text,
      v.check(
        (value) => normalSubject(value) !== undefined,
        'must be a distinguished name as RFC 4514 writes it, for instance CN=client,O=Example,C=DE',
      ),
    ),
    tls_client_auth_san_dns: alternativeName('tls_client_auth_san_dns', 'must be a DNS name without a star'),
    tls_client_auth_san_uri: alternativeName('tls_client_auth_san_uri', 'must be an absolute URI'),
    tls_client_auth_san_ip: alternativeName('tls_client_auth_san_ip', 'must be an IPv4 or IPv6 address'),
    tls_client_auth_san_email: alternativeName('tls_client_auth_san_email', 'must be an email address'),
  },
  async check(_ctx, metadata) {
    const method = metadata.token_endpoint_auth_method
    if (method === 'tls_client_auth') checkSubject(metadata)
    if (method === 'self_signed_tls_client_auth') await checkKeys(metadata)
  },
}

/** Returns a registered distinguished name in the form that certificates are compared in. */
export function normalSubject(name: string): string | undefined {
  const parts = parseName(name, decodeAttribute)
  return parts && normalizeName(parts)
}

function checkSubject(metadata: ClientMetadata): void {
  const given = subjectMembers.filter((member) => metadata[member] !== undefined)
  if (given.length === 1) return
  throw invalid(`tls_client_auth needs exactly one of ${subjectMembers.join(', ')}`)
}

async function checkKeys({ jwks, jwks_uri }: ClientMetadata): Promise<void> {
  if (jwks_uri !== undefined) return
  const keys = jwks?.keys ?? []
  if (!keys.some((key) => 'x5c' in key)) {
    throw invalid('self_signed_tls_client_auth needs jwks_uri, or jwks with a key that has its certificate in x5c')
  }
  for (const key of keys) {
    const problem = await certifiedKeyProblem(key)
    if (problem !== undefined) throw invalid(problem)
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
