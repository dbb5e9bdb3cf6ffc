/** Headers of an answer that holds tokens or secrets ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}). */
export const noStore: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
})

/** A JSON answer that nobody stores. Absent members are left out by `JSON.stringify`. */
export function json(status: number, body: object, headers?: Readonly<Record<string, string>>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: headers === undefined ? noStore : { ...noStore, ...headers },
  })
}

/** Done, and nothing to say. */
export function noContent(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } })
}

/** An answer that was serialised at start-up and that anybody may keep for `maxAge` seconds. */
export function publicDocument(body: string, contentType: string, maxAge: number): Response {
  return new Response(body, {
    headers: {
      'content-type': contentType,
      'cache-control': `public, max-age=${maxAge}`,
      'access-control-allow-origin': '*',
    },
  })
}
