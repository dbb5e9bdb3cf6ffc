import { plainReply, reply } from './reply.ts'

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
  const text = JSON.stringify(body)
  if (headers === undefined || isEmpty(headers)) return plainReply({ status, headers: noStore, body: text })
  return reply(status, Object.assign({}, noStore, headers), text)
}

function isEmpty(headers: object): boolean {
  for (const _ in headers) return false
  return true
}

/** Makes an empty response (204) that no cache stores. */
export function noContent(): Response {
  return reply(204, { 'cache-control': 'no-store', pragma: 'no-cache' }, null)
}

/** Makes the headers of a public JSON document, which caches may keep for `maxAge` seconds. Make them once. */
export function publicHeaders(maxAge: number): Readonly<Record<string, string>> {
  return Object.freeze({
    'content-type': 'application/json',
    'cache-control': `public, max-age=${maxAge}`,
    'access-control-allow-origin': '*',
  })
}

/**
 * Makes a public response from a text that was serialized before.
 * @param headers from `publicHeaders`
 */
export function publicDocument(body: string, headers: Readonly<Record<string, string>>): Response {
  return plainReply({ status: 200, headers, body })
}
