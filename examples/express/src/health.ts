import type { Provider } from '@oauth/core'
import type { RequestHandler } from 'express'
import { healthPages } from '../../shared/src/health.ts'

/** Serves `/healthz` and `/readyz`. */
export function health(provider: Provider): RequestHandler {
  const pages = healthPages(
    () => provider.ready(),
    (problem) => process.stderr.write(`${problem instanceof Error ? problem.stack : String(problem)}\n`),
  )
  return async (req, res, next) => {
    const answer = pages(new Request(new URL(req.path, provider.issuer), { method: req.method }))
    if (answer === undefined) return next()
    const { status, headers, body } = await answer
    res.status(status).set(Object.fromEntries(headers))
    res.send(body === null ? undefined : await new Response(body).text())
  }
}
