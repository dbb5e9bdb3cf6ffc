/**
 * Where browsers and clients reach the Worker: `BASE_URL` of wrangler.jsonc. Every URL that the server publishes begins with
 * it, whatever host a request names.
 */
export function baseUrl(): string {
  const { BASE_URL = 'http://localhost:8787' } = process.env
  return BASE_URL
}
