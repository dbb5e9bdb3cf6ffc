import type { Provider } from '@oauth/core'

/**
 * Checks that the server can serve requests.
 * @throws {Error} that says what is wrong and what to do
 */
export async function requireReady(provider: Provider): Promise<void> {
  const { checks } = await provider.ready()
  const failed = checks.find(({ ok }) => !ok)
  if (failed === undefined) return
  const remedy =
    failed.name === 'keys'
      ? ' Locally, OAUTH_SECRET is in .dev.vars; in production, set it with: wrangler secret put OAUTH_SECRET'
      : ''
  throw new Error(`The server does not start: ${failed.problem ?? failed.name}.${remedy}`)
}
