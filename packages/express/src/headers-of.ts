// Declares the modules of Node for a program whose settings do not name its types.
/// <reference types="node" preserve="true" />
import type { IncomingMessage } from 'node:http'

/** Returns the headers of a request, with repeated ones joined as in the Fetch API. */
export function headersOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Headers {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    // HTTP/2 has pseudo-headers, such as `:path`.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1] as string)
  }
  return headers
}
