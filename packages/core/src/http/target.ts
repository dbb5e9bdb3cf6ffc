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

function pathStart(url: string): number {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(url)
  for (let index = scheme?.[0].length ?? 0; index < url.length; index++) {
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
