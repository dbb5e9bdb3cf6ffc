// Declares the modules of Node for a program whose settings do not name its types.
/// <reference types="node" preserve="true" />
import type { ServerResponse } from 'node:http'

/** Headers that are lists, to which several handlers add. */
const lists: readonly string[] = ['vary', 'access-control-expose-headers']

/**
 * Adds headers to a response. An earlier handler, for instance `cors()`, has decided about the origin of the request when it
 * has allowed it, or when its answer depends on it (`Vary`).
 */
export function addHeaders(res: ServerResponse, headers: Headers): void {
  const vary = [res.getHeader('vary') ?? []].flat().join()
  const decided = res.hasHeader('access-control-allow-origin') || /(?:^|[ ,])origin(?:$|[ ,])/i.test(vary)
  for (const [name, value] of headers) {
    if (name === 'access-control-allow-origin' && decided) continue
    const earlier = lists.includes(name) ? [res.getHeader(name) ?? []].flat() : []
    res.setHeader(name, [...earlier, value].join(', '))
  }
}
