import { healthPages } from '../../shared/src/health'
import { provider } from './provider'

const pages = healthPages(
  async () => provider().ready(),
  // biome-ignore lint/suspicious/noConsole: the log of the server
  (problem) => console.error(problem),
)

/** Serves `/healthz` and `/readyz`. */
export async function GET(request: Request): Promise<Response> {
  return pages(request) ?? new Response(null, { status: 404 })
}
