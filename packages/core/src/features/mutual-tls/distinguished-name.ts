import { decodeUtf8, encodeUtf8 } from '../../crypto/base64url.ts'
import { attributeTypes, ignoresCase } from './attribute-types.ts'

/** An attribute of a name: its object identifier and its text. */
export interface Attribute {
  readonly type: string
  readonly text: string
}

/** The attributes of a name in the order of the certificate. A part with several attributes has no order inside. */
export type NameParts = readonly (readonly Attribute[])[]

/** Reads the text of an attribute value in DER; `undefined` for a value that is no text. */
export type AttributeDecoder = (der: Uint8Array) => string | undefined

/**
 * Returns a name in one normal form, so that two names match by the rule `distinguishedNameMatch` of {@link
 * https://www.rfc-editor.org/rfc/rfc4517#section-4.2.15 RFC 4517} exactly when their forms are equal. `undefined` for an
 * empty name, and for a value with a control character or another invisible one, which could hide a second name.
 */
export function normalizeName(parts: NameParts): string | undefined {
  const normal = parts.map((attributes) => attributes.map(normalizeAttribute).sort())
  if (normal.length === 0 || normal.some((part) => part.length === 0 || part.includes(''))) return undefined
  return JSON.stringify(normal)
}

function normalizeAttribute({ type, text }: Attribute): string {
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\ufffd]/u.test(text)) return ''
  const prepared = ignoresCase(type) ? foldCase(text) : text
  return prepared === '' ? '' : `${type}=${prepared}`
}

/** Prepares a text for a comparison without regard to case and to insignificant spaces (RFC 4518 section 2). */
function foldCase(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  return folded.replace(/\p{Zs}+/gu, ' ').trim()
}

/**
 * Parses the text of a name, as {@link https://www.rfc-editor.org/rfc/rfc4514#section-3 RFC 4514 section 3} writes it:
 * `CN=client,O=Example,C=DE`. Spaces around separators are allowed, because tools write them.
 * @returns `undefined` for other text
 */
export function parseName(text: string, decode: AttributeDecoder): NameParts | undefined {
  const parts: (readonly Attribute[])[] = []
  for (const part of splitAt(text, ',')) {
    const attributes = splitAt(part, '+').map((one) => parseAttribute(one, decode))
    if (attributes.some((attribute) => attribute === undefined)) return undefined
    parts.push(attributes as readonly Attribute[])
  }
  // The text begins with the last part of the certificate.
  return parts.reverse()
}

/** Splits a text at a separator that is not escaped. */
function splitAt(text: string, separator: string): readonly string[] {
  const parts = ['']
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string
    if (character === separator) parts.push('')
    else parts[parts.length - 1] += character === '\\' ? character + (text[++index] ?? '') : character
  }
  return parts
}

function parseAttribute(text: string, decode: AttributeDecoder): Attribute | undefined {
  const [, name = '', value = ''] = /^ *((?:oid\.)?\d+(?:\.\d+)+|[a-z][a-z\d-]*) *=(.*)$/is.exec(text) ?? []
  const type = /\d$/.test(name) ? name.replace(/^oid\./i, '') : attributeTypes.get(name.toLowerCase())
  const decoded = value.trimStart().startsWith('#') ? decodeHex(value.trim().slice(1), decode) : unescapeValue(value)
  return type === undefined || decoded === undefined ? undefined : { type, text: decoded }
}

/** Decodes the form `#04024869` of a value: its DER in hexadecimal digits. */
function decodeHex(digits: string, decode: AttributeDecoder): string | undefined {
  if (!/^(?:[\da-f]{2})+$/i.test(digits)) return undefined
  return decode(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))
}

/** Resolves `\,` and `\2C`; `undefined` when a character is not escaped that must be. */
function unescapeValue(text: string): string | undefined {
  const bytes: number[] = []
  for (const [token] of text.matchAll(/\\[\da-f]{2}|\\?[\s\S]/giu)) {
    if (/^\\[\da-f]{2}$/i.test(token)) bytes.push(Number.parseInt(token.slice(1), 16))
    else if (/^\\[ "#+,;<=>\\]$/.test(token)) bytes.push(token.charCodeAt(1))
    else if (/^["+,;<>\\\0]/.test(token)) return undefined
    else bytes.push(...encodeUtf8(token))
  }
  return decodeUtf8(Uint8Array.from(bytes))
}
