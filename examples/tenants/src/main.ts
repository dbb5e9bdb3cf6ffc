import { createServer } from 'node:http'
import { nodeListener } from '@oauth/core/node'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { makePages } from './pages.ts'
import { makeTenants } from './tenants.ts'

const port = Number(process.env.PORT ?? 3000)
const baseUrl = process.env.BASE_URL ?? `http://localhost:${port}`
const secret = process.env.OAUTH_SECRET
if (secret === undefined) {
  process.stderr.write('OAUTH_SECRET is not set: export OAUTH_SECRET=$(openssl rand -base64 32)\n')
  process.exit(1)
}

const tenants = makeTenants({ baseUrl, secret, storage: sqliteStorage(process.env.DATABASE ?? './tenants.db') })
createServer(nodeListener(tenants, makePages(tenants, baseUrl))).listen(port, () =>
  process.stdout.write(`open ${baseUrl}\n`),
)

// One purge for all tenants.
setInterval(
  () => tenants.purgeExpired().catch((error: unknown) => process.stderr.write(`the purge failed: ${error}\n`)),
  60_000,
).unref()
