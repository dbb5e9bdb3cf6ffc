import type { Draft } from './world/exchange.ts'

/** Writes a request as a curl command for a POSIX shell. */
export function writeCurl({ method, url, headers, body }: Draft): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  return [
    `curl -i ${method === 'GET' ? '' : `-X ${method} `}${quote(url)}`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quote(body)}`]),
  ].join(' \\\n  ')
}
