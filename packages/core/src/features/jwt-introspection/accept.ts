/** The most media ranges of a header that are read. No real client sends more. */
const mostRanges = 32

/**
 * Tells whether a request asks for a media type rather than for JSON ({@link
 * https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 RFC 9110 section 12.5.1}). It must name the type, because a range
 * with `*` says nothing about what the caller can read. Where it names both types with the same weight, the type is used.
 * @param mediaType in lower case
 */
export function asksFor(mediaType: string, accept: string | null): boolean {
  const ranges = (accept ?? '').toLowerCase().split(',', mostRanges).map(parseRange)
  const weightOf = (type: string): number => ranges.find((range) => range.type === type)?.weight ?? 0
  const weight = weightOf(mediaType)
  return weight > 0 && weight >= weightOf('application/json')
}

function parseRange(range: string): { readonly type: string | undefined; readonly weight: number } {
  const [type, ...parameters] = range.split(';').map((part) => part.trim())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  if (quality === undefined) return { type, weight: 1 }
  return { type, weight: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0 }
}
