/** The longest certificate that the server reads, in bytes. One with an RSA key of 4096 bits has about 2000. */
const longest = 16_384
/** The longest text of a certificate, in characters. */
const longestText = 32_768

/**
 * Decodes a certificate from PEM or from the byte sequence of RFC 9440, and checks that it is one DER structure of a
 * bounded size, with nothing after it.
 * @returns the DER, or a text that completes "the certificate"
 */
export function decodeCertificate(given: Uint8Array | string): Uint8Array | string {
  const der = typeof given === 'string' ? decodeText(given) : given
  if (typeof der === 'string') return der
  if (der.length > longest) return `is longer than ${longest} bytes`
  return isOneSequence(der) ? der : 'is not one DER structure'
}

function decodeText(text: string): Uint8Array | string {
  if (text.length > longestText) return `is longer than ${longestText} characters`
  const pem = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(text)
  const base64 = pem?.[1]?.replace(/\s/g, '') ?? /^:([A-Za-z0-9+/]+={0,2}):$/.exec(text)?.[1]
  if (base64 === undefined) return 'is neither one PEM block CERTIFICATE nor a byte sequence of RFC 9440'
  return decodeBase64(base64) ?? 'is not in base64'
}

/** Decodes base64 of RFC 4648 section 4; `undefined` for other text. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Whether the bytes are one SEQUENCE whose length, in the shortest form, is that of all bytes. */
function isOneSequence(der: Uint8Array): boolean {
  const [tag, first = 0, second = 0, third = 0] = der
  if (tag !== 0x30) return false
  if (first < 0x80) return der.length === 2 + first
  if (first === 0x81) return second >= 0x80 && der.length === 3 + second
  return first === 0x82 && second > 0 && der.length === 4 + second * 256 + third
}
