import { serve } from '@hono/node-server'
import { oauth } from '@oauth/hono'
import { Hono } from 'hono'
import { provider } from './oauth.ts'
import { pages } from './pages.ts'
import { findProblem } from './ready.ts'

const problem = await findProblem(provider)
if (problem !== undefined) {
  process.stderr.write(problem)
  process.exit(1)
}

const app = new Hono()
app.use(oauth(provider))
app.all('*', (c) => pages(provider, c.req.raw))

// Deletes what has expired, once an hour.
setInterval(() => void provider.purgeExpired().catch(() => {}), 3_600_000).unref()

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
process.stdout.write(`${provider.issuer}/.well-known/openid-configuration\n`)
