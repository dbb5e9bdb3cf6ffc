import { nativeBuffer } from './platform.ts'

/** `Uint8Array` on a buffer of its own, in words that compilers before TypeScript 5.7 understand as well. */
export type Bytes = ReturnType<InstanceType<typeof TextEncoder>['encode']>

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int8Array(128).fill(-1)
for (let index = 0; index < 64; index++) values[alphabet.charCodeAt(index)] = index

/** The largest number of bytes that V8 keeps on its heap. */
const longestOnHeap = 64

/**
 * Encodes bytes as base64url without padding ({@link https://www.rfc-editor.org/rfc/rfc4648#section-5 RFC 4648 section
 * 5}).
 */
export function encodeBase64url(bytes: Uint8Array): string {
  if (nativeBuffer === undefined) return encodeInLoop(bytes)
  // V8 keeps short arrays on its heap. To ask for `buffer` moves them out of it, which takes longer than a copy.
  if (bytes.length <= longestOnHeap) return nativeBuffer.from(bytes).toString('base64url')
  return nativeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

/** Encodes the UTF-8 bytes of a text as base64url without padding. */
export function encodeTextBase64url(text: string): string {
  return nativeBuffer === undefined ? encodeInLoop(encodeUtf8(text)) : nativeBuffer.from(text).toString('base64url')
}

function encodeInLoop(bytes: Uint8Array): string {
  let text = ''
  let index = 0
  for (; index + 2 < bytes.length; index += 3) {
    const chunk = ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number)
    text += alphabet.charAt(chunk >> 18) + alphabet.charAt((chunk >> 12) & 63)
    text += alphabet.charAt((chunk >> 6) & 63) + alphabet.charAt(chunk & 63)
  }
  if (index < bytes.length) {
    const two = index + 1 < bytes.length
    const chunk = ((bytes[index] as number) << 16) | (two ? (bytes[index + 1] as number) << 8 : 0)
    text += alphabet.charAt(chunk >> 18) + alphabet.charAt((chunk >> 12) & 63)
    if (two) text += alphabet.charAt((chunk >> 6) & 63)
  }
  return text
}

/**
 * Decodes base64url without padding. It returns `undefined` for text that `encodeBase64url` would not write, so that
 * each value has exactly one spelling.
 */
export function decodeBase64url(text: string): Bytes | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let chunk = 0
  let bits = 0
  let position = 0
  for (let index = 0; index < text.length; index++) {
    const value = values[text.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    chunk = ((chunk << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[position++] = (chunk >> bits) & 0xff
    }
  }
  return (chunk & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text) as Bytes
}

/**
 * Encodes a text for a call that reads the bytes at once. Where the platform has `Buffer`, it takes a sixth of the time of
 * `encodeUtf8`, and the bytes share a buffer with others. So they are not for code of the host.
 */
export function encodeUtf8InPool(text: string): Bytes {
  return nativeBuffer === undefined ? encodeUtf8(text) : nativeBuffer.from(text)
}

/** Decodes UTF-8; `undefined` for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
