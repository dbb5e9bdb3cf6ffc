import type { Entry, Kind } from '../entry.ts'
import { isRow } from '../row.ts'

/** The longest line, in bytes. The row of a client has a few thousand. */
const longestLine = 1_048_576

/** The most levels of objects and lists within each other, as in the provider, and one for the wrapping object. */
const deepest = 17

const shape = 'must be {"client": row} or {"consent": row}'

/**
 * Reads lines of JSON, each with one row. A line that is wrong is a problem of that line alone, and a problem never quotes
 * it, because it may have a secret.
 */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Entry> {
  let number = 0
  for await (const line of linesOf(chunks)) {
    number += 1
    const place = `line ${number}`
    if (line === undefined) yield { place, problem: `is longer than ${longestLine} bytes` }
    else if (line.trim() !== '') yield parse(place, line)
  }
}

function parse(place: string, line: string): Entry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { place, problem: 'is no JSON' }
  }
  if (!isShallow(value, deepest)) return { place, problem: 'is nested too deeply' }
  const [[kind, row] = [], ...more] = isRow(value) ? Object.entries(value) : []
  if ((kind !== 'client' && kind !== 'consent') || !isRow(row) || more.length > 0) return { place, problem: shape }
  return { place, kind: kind as Kind, row }
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1))
}

/** Yields each line; `undefined` for one that is too long, of which nothing is kept. */
async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = []
  let size = 0
  const take = (): string | undefined => {
    const line =
      size > longestLine
        ? undefined
        : Buffer.concat(parts)
            .toString('utf8')
            .replace(/^\uFEFF/, '')
    parts = []
    size = 0
    return line
  }
  for await (const chunk of chunks) {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      size += end
      if (size <= longestLine) parts.push(rest.subarray(0, end))
      yield take()
      rest = rest.subarray(end + 1)
    }
    size += rest.length
    if (size <= longestLine) parts.push(rest)
    else parts = []
  }
  if (size > 0) yield take()
}
