import { createProvider, type Provider, type Storage } from '@oauth/core'
import { baseUrl } from './base-url.ts'
import { authentication } from './sessions.ts'

/** Makes the provider on the storage of the Worker. */
export function createServer(storage: Storage): Provider {
  const { OAUTH_SECRET } = process.env
  if (OAUTH_SECRET === undefined) throw new Error('OAUTH_SECRET is not set: npx oauth secret makes one')
  return createProvider({
    baseUrl: baseUrl(), // the issuer is this URL and /auth
    secret: OAUTH_SECRET,
    storage,
    authentication,
    loginUrl: '/login',
    consentUrl: '/consent',
  })
}

/** Registers your applications, once: the command line does not reach the storage of a Worker. */
export async function registerClients(server: Provider): Promise<void> {
  if ((await server.getClient('demo')) !== undefined) return
  await server.registerClient({
    client_id: 'demo',
    client_name: 'Demo',
    redirect_uris: ['http://localhost:4000/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  })
}
