import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AttributeValue,
  Certificate,
  type GeneralName,
  id_ce_subjectAltName,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509'
import type { AlternativeNames } from './alternative-names.ts'
import { type NameParts, normalizeName } from './distinguished-name.ts'

/** The parts of a certificate that the server compares. Nothing in it has been verified. */
export interface CertificateContent {
  /** The subject in normal form; absent when no name could match it. */
  readonly subject?: string
  readonly alternativeNames: AlternativeNames
  /** Seconds since the epoch. The certificate is valid at both times and between them. */
  readonly notBefore: number
  readonly notAfter: number
  /** The public key, as a `SubjectPublicKeyInfo` in DER. */
  readonly publicKey: Uint8Array<ArrayBuffer>
}

/** Parses a certificate ({@link https://www.rfc-editor.org/rfc/rfc5280#section-4.1 RFC 5280 section 4.1}); `undefined` when it is none. */
export function parseCertificate(der: Uint8Array): CertificateContent | undefined {
  try {
    const { tbsCertificate } = AsnConvert.parse(new Uint8Array(der), Certificate)
    const { subject, validity, subjectPublicKeyInfo, extensions = [] } = tbsCertificate
    const [alternative, another] = extensions.filter(({ extnID }) => extnID === id_ce_subjectAltName)
    const notBefore = validity.notBefore.getTime().getTime() / 1000
    const notAfter = validity.notAfter.getTime().getTime() / 1000
    // Another copy of an extension could say something else to the TLS layer.
    if (another !== undefined || !Number.isFinite(notBefore) || !Number.isFinite(notAfter)) return undefined
    const normal = normalizeName(partsOf(subject))
    return {
      ...(normal !== undefined && { subject: normal }),
      alternativeNames: alternativeNamesOf(
        alternative === undefined ? [] : AsnConvert.parse(alternative.extnValue, SubjectAlternativeName),
      ),
      notBefore,
      notAfter,
      publicKey: new Uint8Array(AsnConvert.serialize(subjectPublicKeyInfo)),
    }
  } catch {
    return undefined
  }
}

function partsOf(name: Certificate['tbsCertificate']['subject']): NameParts {
  return name.map((part) => part.map(({ type, value }) => ({ type, text: textOf(value) ?? '' })))
}

/** Returns the text of an attribute value in DER; `undefined` when it is no text. */
export function decodeAttribute(der: Uint8Array): string | undefined {
  try {
    return textOf(AsnConvert.parse(new Uint8Array(der), AttributeValue))
  } catch {
    return undefined
  }
}

/** A `TeletexString` counts only in ASCII: programs do not agree on its other characters. */
function textOf(value: AttributeValue): string | undefined {
  const { teletexString, printableString, universalString, utf8String, bmpString, ia5String } = value
  const text = printableString ?? utf8String ?? ia5String ?? bmpString ?? universalString
  return text ?? (teletexString !== undefined && /^[\x20-\x7e]*$/.test(teletexString) ? teletexString : undefined)
}

function alternativeNamesOf(names: readonly GeneralName[]): AlternativeNames {
  const all = (pick: (name: GeneralName) => string | undefined): readonly string[] =>
    names.flatMap((name) => pick(name) ?? [])
  return {
    tls_client_auth_san_dns: all(({ dNSName }) => dNSName),
    tls_client_auth_san_uri: all(({ uniformResourceIdentifier }) => uniformResourceIdentifier),
    tls_client_auth_san_ip: all(({ iPAddress }) => iPAddress),
    tls_client_auth_san_email: all(({ rfc822Name }) => rfc822Name),
  }
}
