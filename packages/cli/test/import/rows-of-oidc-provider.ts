import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** The part of oidc-provider's interface that is used here. The package has no types. */
interface OidcProvider {
  listen(port: number): import('node:http').Server
  readonly Grant: new (values: { accountId: string; clientId: string }) => OidcGrant
}

interface OidcGrant {
  addOIDCScope(scope: string): void
  addOIDCClaims(claims: readonly string[]): void
  addResourceScope(resource: string, scope: string): void
  rejectOIDCScope(scope: string): void
  save(): Promise<string>
}

/** What an adapter of oidc-provider is told to store. */
export interface StoredPayload {
  readonly model: string
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** What the real oidc-provider stored, and the client's answer from its registration. */
export interface StoredByOidcProvider {
  readonly rows: readonly StoredPayload[]
  readonly client: { readonly client_id: string; readonly client_secret: string }
}

/** Registers a client at the real oidc-provider, and lets a user agree to it in two sessions. */
export async function storedByOidcProvider(userId: string): Promise<StoredByOidcProvider> {
  const rows: StoredPayload[] = []
  class Adapter {
    readonly model: string
    constructor(model: string) {
      this.model = model
    }
    async upsert(id: string, payload: StoredPayload['payload']): Promise<void> {
      rows.push({ model: this.model, id, payload: structuredClone(payload) })
    }
    async find(id: string): Promise<unknown> {
      return rows.find((row) => row.model === this.model && row.id === id)?.payload
    }
  }
  const { default: Provider } = (await import('oidc-provider' as string)) as {
    default: new (issuer: string, configuration: object) => OidcProvider
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const provider = new Provider('http://localhost', {
    adapter: Adapter,
    features: { registration: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    ttl: { Grant: 3600 },
  })
  const server = provider.listen(0)
  await once(server, 'listening')
  try {
    const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Notes',
        redirect_uris: ['https://notes.example.com/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile email',
        id_token_signed_response_alg: 'ES256',
      }),
    })
    if (response.status !== 201) throw new Error(await response.text())
    const client = (await response.json()) as StoredByOidcProvider['client']
    const first = new provider.Grant({ accountId: userId, clientId: client.client_id })
    first.addOIDCScope('openid profile email')
    first.addOIDCClaims(['birthdate'])
    first.rejectOIDCScope('email')
    await first.save()
    const second = new provider.Grant({ accountId: userId, clientId: client.client_id })
    second.addOIDCScope('openid')
    await second.save()
    return { rows, client }
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
