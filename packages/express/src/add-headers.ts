import type { ServerResponse } from 'node:http'

/** Headers that are lists, to which several handlers add. */
const lists: readonly string[] = ['vary', 'access-control-expose-headers']

/** Adds headers to a response. An earlier handler that has set the allowed origin, for instance `cors()`, has decided. */
export function addHeaders(res: ServerResponse, headers: Headers): void {
  const decided = res.hasHeader('access-control-allow-origin')
  for (const [name, value] of headers) {
    if (name === 'access-control-allow-origin' && decided) continue
    const earlier = lists.includes(name) ? [res.getHeader(name) ?? []].flat() : []
    res.setHeader(name, [...earlier, value].join(', '))
  }
}
