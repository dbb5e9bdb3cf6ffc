/** For how long a document is used without asking its server, in seconds. */
export interface CacheBounds {
  readonly minSeconds: number
  readonly maxSeconds: number
}

/** The freshness of a document whose server says nothing about caching, in seconds. */
const unsaid = 3600

/**
 * Returns for how many seconds a response may be used without asking again, within the bounds: `s-maxage`, `max-age` or
 * `Expires`, less the `Age` that it has already ({@link https://www.rfc-editor.org/rfc/rfc9111#section-4.2 RFC 9111 section
 * 4.2}). `no-store` and `no-cache` mean the lower bound.
 */
export function freshSeconds(headers: Headers, { minSeconds, maxSeconds }: CacheBounds): number {
  const age = Math.max(0, Number(headers.get('age') ?? 0) || 0)
  return Math.min(maxSeconds, Math.max(minSeconds, lifetime(headers) - age))
}

function lifetime(headers: Headers): number {
  const directives = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
  if (directives.some((directive) => /^no-(?:store|cache)\b/.test(directive))) return 0
  return secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age') ?? untilExpires(headers) ?? unsaid
}

function secondsOf(directives: readonly string[], name: string): number | undefined {
  const found = directives.find((directive) => directive.startsWith(`${name}=`))
  if (found === undefined) return undefined
  const value = found.slice(name.length + 1).replaceAll('"', '')
  // A value that is no number is stale (RFC 9111 section 4.2.1).
  return /^\d{1,10}$/.test(value) ? Number(value) : 0
}

/** `Expires` is compared with the `Date` of the same answer: the clock of that server need not be right. */
function untilExpires(headers: Headers): number | undefined {
  const expires = headers.get('expires')
  if (expires === null) return undefined
  const seconds = (Date.parse(expires) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.floor(seconds) : 0
}
