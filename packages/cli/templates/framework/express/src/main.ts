import { oauth, pageRequest } from '@oauth/express'
import express from 'express'
import { provider } from './oauth.ts'
import { pages } from './pages.ts'
import { findProblem } from './ready.ts'

const problem = await findProblem(provider)
if (problem !== undefined) {
  process.stderr.write(problem)
  process.exit(1)
}

const app = express()
app.use(oauth(provider))
app.use(express.text({ type: 'application/x-www-form-urlencoded' }), async (req, res) => {
  const body = req.method === 'POST' && typeof req.body === 'string' ? req.body : null
  const answer = await pages(provider, new Request(pageRequest(req), { method: req.method, body }))
  res.status(answer.status).set(Object.fromEntries(answer.headers))
  res.send(await answer.text())
})

// Deletes what has expired, once an hour.
setInterval(() => void provider.purgeExpired().catch(() => {}), 3_600_000).unref()

app.listen(Number(process.env.PORT ?? 3000))
process.stdout.write(`${provider.issuer}/.well-known/openid-configuration\n`)
