/** The path of an absolute URL, as it was sent: a request needs no `URL` object. */
export function pathOf(url: string): string {
  const start = pathStart(url)
  const end = queryStart(url, start)
  return url.slice(start, end) || '/'
}

/** What follows `?`, without a fragment; empty when there is none. */
export function queryOf(url: string): string {
  const mark = queryStart(url, pathStart(url))
  if (url[mark] !== '?') return ''
  const fragment = url.indexOf('#', mark)
  return url.slice(mark + 1, fragment < 0 ? undefined : fragment)
}

function pathStart(url: string): number {
  const authority = url.indexOf('://')
  const slash = url.indexOf('/', authority < 0 ? 0 : authority + 3)
  return slash < 0 ? url.length : slash
}

function queryStart(url: string, from: number): number {
  for (let index = from; index < url.length; index++) {
    const code = url.charCodeAt(index)
    if (code === 63 || code === 35) return index
  }
  return url.length
}
