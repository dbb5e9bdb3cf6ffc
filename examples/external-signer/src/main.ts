import { createServer } from 'node:http'
import { createProvider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { healthPages } from '../../shared/src/health.ts'
import { remoteSigner } from './remote-signer.ts'

// The authorization server. It has no signing key, in its memory or in its storage: another process signs.
const { PORT = '3000', SIGNER_URL = 'http://127.0.0.1:3010', SIGNER_SECRET, OAUTH_SECRET, CLIENT_SECRET } = process.env
if (OAUTH_SECRET === undefined || SIGNER_SECRET === undefined || CLIENT_SECRET === undefined) {
  throw new Error('OAUTH_SECRET, SIGNER_SECRET and CLIENT_SECRET are not set: openssl rand -base64 48')
}

const provider = createProvider({
  baseUrl: process.env.BASE_URL ?? `http://localhost:${PORT}`,
  secret: OAUTH_SECRET,
  storage: memoryStorage(),
  signingKeys: remoteSigner({ url: SIGNER_URL, secret: SIGNER_SECRET }),
  accessTokenSigningAlgorithm: 'ES256',
  idTokenSigningAlgorithm: 'ES256',
  // How long the list of keys is used without another look. The default is 60.
  keyCacheSeconds: Number(process.env.KEY_CACHE_SECONDS ?? 60),
  // Machines alone, so that this example needs no pages.
  grantTypes: ['client_credentials'],
  scopes: ['notes:read'],
  validAudiences: ['https://api.example.com'],
  generateClientSecret: () => CLIENT_SECRET,
  authentication: { getSession: () => undefined, getUser: () => undefined },
  // JSON for the test, which reads it.
  logger: false,
  onEvent: (event) => {
    if (event.type === 'request.failed') process.stderr.write(`${JSON.stringify(event)}\n`)
  },
})

await provider.registerClient({
  client_id: 'machine',
  client_name: 'A machine',
  redirect_uris: [],
  grant_types: ['client_credentials'],
  scope: 'notes:read',
})

const health = healthPages(provider.ready, (problem) => process.stderr.write(`${problem}\n`))
const others = (request: Request) => health(request) ?? new Response('Not found', { status: 404 })
createServer(nodeListener(provider, others)).listen(Number(PORT), () => {
  process.stdout.write(`${provider.issuer}/.well-known/oauth-authorization-server\n`)
})
