import { ipv6Groups, isIpv4 } from '../../protocol/ip-address.ts'

/** The subject alternative names of a certificate, by the member of client metadata that is compared with them. */
export type AlternativeNames = Readonly<Record<AlternativeNameMember, readonly string[]>>

/** The members of client metadata that name a subject alternative name. */
export const alternativeNameMembers = [
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const

export type AlternativeNameMember = (typeof alternativeNameMembers)[number]

const normalizers: Readonly<Record<AlternativeNameMember, (text: string) => string | undefined>> = {
  // A star stands for nothing here: it would make the certificate of one client good for others.
  tls_client_auth_san_dns: (text) => (/^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/i.test(text) ? text.toLowerCase() : undefined),
  tls_client_auth_san_uri: (text) => (/^[\x21-\x7e]+$/.test(text) && URL.canParse(text) ? text : undefined),
  tls_client_auth_san_ip: normalizeAddress,
  tls_client_auth_san_email: normalizeEmail,
}

/**
 * Returns a name in the form in which it is compared: DNS names and the host of an email address without regard to case,
 * IP addresses by their bytes, URIs as they are. `undefined` for text that is no such name.
 */
export function normalizeAlternativeName(member: AlternativeNameMember, text: string): string | undefined {
  return normalizers[member](text)
}

function normalizeAddress(text: string): string | undefined {
  if (isIpv4(text)) return text.split('.').some((part) => /^0\d/.test(part)) ? undefined : text
  return text.includes('%') ? undefined : ipv6Groups(text)?.join(':')
}

function normalizeEmail(text: string): string | undefined {
  const [, local, host = ''] = /^([\x21-\x3f\x41-\x7e]+)@([a-z\d.-]+)$/i.exec(text) ?? []
  return local === undefined ? undefined : `${local}@${host.toLowerCase()}`
}
