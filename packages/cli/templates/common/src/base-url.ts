/**
 * Where browsers and clients reach the server: `BASE_URL`, which production needs. Without it, this machine and the port on which
 * the server listens. Every URL that the server publishes begins with it.
 */
export function baseUrl(): string {
  const { BASE_URL, PORT = '3000' } = process.env
  return BASE_URL ?? `http://localhost:${PORT}`
}
