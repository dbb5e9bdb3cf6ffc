import { decodeBase64url, decodeUtf8 } from './base64url.ts'

/**
 * Decodes a part of a JWT: a JSON object in base64url; `undefined` for anything else.
 * @param parse reads the JSON, and throws for text that it refuses
 */
export function decodeObject(
  encoded: string,
  parse: (text: string) => unknown,
): Readonly<Record<string, unknown>> | undefined {
  const bytes = decodeBase64url(encoded)
  const text = bytes && decodeUtf8(bytes)
  if (text === undefined) return undefined
  try {
    const value = parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
