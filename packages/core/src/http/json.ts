import { reply } from './reply.ts'

/**
 * Headers of a response with tokens or secrets ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749
 * section 5.1}).
 */
export const noStore: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
})

/** Makes a JSON response that no cache stores. Members that are `undefined` are left out. */
export function json(status: number, body: object, headers?: Readonly<Record<string, string>>): Response {
  return reply(status, headers === undefined ? noStore : { ...noStore, ...headers }, JSON.stringify(body))
}

/** Makes an empty response (204) that no cache stores. */
export function noContent(): Response {
  return reply(204, { 'cache-control': 'no-store', pragma: 'no-cache' }, null)
}

/** Makes a public response from a text that was serialized before. Caches may keep it for `maxAge` seconds. */
export function publicDocument(body: string, contentType: string, maxAge: number): Response {
  const headers = {
    'content-type': contentType,
    'cache-control': `public, max-age=${maxAge}`,
    'access-control-allow-origin': '*',
  }
  return reply(200, headers, body)
}
