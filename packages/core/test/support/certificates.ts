import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import type { JWK } from 'jose'

/** An attribute of a name, by its object identifier. */
export type TestAttribute = readonly [type: string, value: string | Partial<AttributeValue>]

/** What a certificate says. */
export interface CertificateFacts {
  /** The parts of the subject in the order of the certificate. Default: `C=DE`, `O=Example`, `CN=<name>`. */
  readonly subject?: readonly (readonly TestAttribute[])[]
  readonly alternativeNames?: readonly Partial<GeneralName>[]
  /** Seconds since the epoch. Default: an hour around now. */
  readonly notBefore?: number
  readonly notAfter?: number
  /** Who signs. Default: the certificate itself. */
  readonly issuer?: TestCertificate
  readonly isAuthority?: boolean
  readonly key?: 'EC' | 'RSA' | 'Ed25519'
}

/** A certificate with its key. */
export interface TestCertificate {
  readonly der: Uint8Array
  readonly pem: string
  readonly privateKey: KeyObject
  readonly privateKeyPem: string
  /** The public key, with the certificate in `x5c`. */
  readonly jwk: JWK
  readonly thumbprint: string
}

export const commonName = '2.5.4.3'
const country = '2.5.4.6'
const organization = '2.5.4.10'
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'

/** Makes a certificate. The authority that signs it has an EC key, like every certificate without `key`. */
export function makeCertificate(name: string, facts: CertificateFacts = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeys(facts.key)
  const { issuer, notBefore = nowSeconds() - 3600, notAfter = nowSeconds() + 3600 } = facts
  const subject = nameOf(facts.subject ?? [[[country, 'DE']], [[organization, 'Example']], [[commonName, name]]])
  const signer = issuer?.privateKey ?? (facts.key === undefined ? privateKey : generateKeys().privateKey)
  const signature = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 })
  const extensions = extensionsOf(facts)
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([1, ...randomBytes(8)]).buffer,
    signature,
    issuer: issuer === undefined ? subject : AsnConvert.parse(issuer.der, Certificate).tbsCertificate.subject,
    validity: new Validity({
      notBefore: new Date(notBefore * 1000),
      notAfter: new Date(notAfter * 1000),
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(publicKey.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo),
    ...(extensions.length > 0 && { extensions: new Extensions(extensions) }),
  })
  const signed = sign('sha256', Buffer.from(AsnConvert.serialize(body)), signer)
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: signature,
    signatureValue: new Uint8Array(signed).buffer,
  })
  const der = new Uint8Array(AsnConvert.serialize(certificate))
  const read = new X509Certificate(der)
  return {
    der,
    pem: read.toString(),
    privateKey,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    jwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), x5c: [Buffer.from(der).toString('base64')] },
    thumbprint: Buffer.from(read.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
  }
}

function generateKeys(kind: CertificateFacts['key'] = 'EC') {
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return kind === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000)

function nameOf(parts: readonly (readonly TestAttribute[])[]): Name {
  return new Name(parts.map((part) => new RelativeDistinguishedName(part.map(attributeOf))))
}

function attributeOf([type, value]: TestAttribute): AttributeTypeAndValue {
  const given = typeof value === 'string' ? { utf8String: value } : value
  return new AttributeTypeAndValue({ type, value: new AttributeValue(given) })
}

function extensionsOf({ alternativeNames, isAuthority }: CertificateFacts): Extension[] {
  const extension = (extnID: string, value: object) =>
    new Extension({ extnID, extnValue: new OctetString(AsnConvert.serialize(value)) })
  return [
    ...(isAuthority ? [extension(id_ce_basicConstraints, new BasicConstraints({ cA: true }))] : []),
    ...(alternativeNames === undefined
      ? []
      : [
          extension(
            id_ce_subjectAltName,
            new SubjectAlternativeName(alternativeNames.map((one) => new GeneralName(one))),
          ),
        ]),
  ]
}
