/** Returns the path of an absolute URL as it was sent, without making a `URL` object. */
export function pathOf(url: string): string {
  const start = pathStart(url)
  const end = queryStart(url, start)
  return url.slice(start, end) || '/'
}

/** Returns the query of a URL, without `?` and without a fragment; empty when there is none. */
export function queryOf(url: string): string {
  const mark = queryStart(url, pathStart(url))
  if (url[mark] !== '?') return ''
  const fragment = url.indexOf('#', mark)
  return url.slice(mark + 1, fragment < 0 ? undefined : fragment)
}

/** Returns where the path begins: behind `scheme://host`, or in a text without them at its first mark. */
function pathStart(url: string): number {
  const first = nextMark(url, 0)
  // The slashes of `scheme://` are the first mark of a whole URL.
  const isWhole = first > 1 && url.charCodeAt(first - 1) === 58 && url.startsWith('//', first)
  return isWhole ? nextMark(url, first + 2) : first
}

/** Returns where the next slash, question mark or hash is. */
function nextMark(url: string, from: number): number {
  for (let index = from; index < url.length; index++) {
    const code = url.charCodeAt(index)
    if (code === 47 || code === 63 || code === 35) return index
  }
  return url.length
}

function queryStart(url: string, from: number): number {
  for (let index = from; index < url.length; index++) {
    const code = url.charCodeAt(index)
    if (code === 63 || code === 35) return index
  }
  return url.length
}
