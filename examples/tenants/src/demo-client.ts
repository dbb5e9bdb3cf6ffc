import { createHash, randomBytes } from 'node:crypto'
import type { Provider } from '@oauth/core'
import type { Tenants } from '@oauth/core/tenants'

/** A web application at each tenant, which shows what the tenant's issuer says about the user. */
export interface DemoClient {
  /** Returns the URL at which a sign-in begins. */
  begin(provider: Provider, home: string): Promise<string>
  /** Redeems the code, and returns the claims of the ID token; `undefined` for an answer that nobody waits for. */
  finish(
    provider: Provider,
    home: string,
    answer: URLSearchParams,
  ): Promise<Readonly<Record<string, unknown>> | undefined>
}

export function demoClient(tenants: Tenants): DemoClient {
  const clients = new Map<string, string>()
  const waiting = new Map<string, { readonly issuer: string; readonly verifier: string }>()

  /** The client is registered once for each process and tenant, under an id that only this tenant knows. */
  async function clientOf(provider: Provider, home: string): Promise<string> {
    const known = clients.get(provider.issuer)
    if (known !== undefined) return known
    const { client_id } = await provider.registerClient({
      client_name: 'Demo',
      redirect_uris: [`${home}/callback`],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      scope: 'openid profile email',
    })
    clients.set(provider.issuer, client_id)
    return client_id
  }

  return {
    async begin(provider, home) {
      const [state, verifier] = [randomBytes(16).toString('base64url'), randomBytes(32).toString('base64url')]
      if (waiting.size > 1000) waiting.clear()
      waiting.set(state, { issuer: provider.issuer, verifier })
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: await clientOf(provider, home),
        redirect_uri: `${home}/callback`,
        scope: 'openid profile email',
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      return `${provider.issuer}/oauth2/authorize?${query}`
    },
    async finish(provider, home, answer) {
      const state = answer.get('state') ?? ''
      const begun = waiting.get(state)
      waiting.delete(state)
      // An answer of another issuer than the one that was asked is a mix-up (RFC 9207).
      if (begun?.issuer !== provider.issuer || answer.get('iss') !== provider.issuer) return undefined
      const response = await tenants.fetch(
        new Request(`${provider.issuer}/oauth2/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'authorization_code',
            client_id: await clientOf(provider, home),
            code: answer.get('code') ?? '',
            redirect_uri: `${home}/callback`,
            code_verifier: begun.verifier,
          }),
        }),
      )
      const { id_token } = (await response.json()) as { readonly id_token?: string }
      // It comes from the token endpoint itself, so its signature proves nothing more.
      return id_token && JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString())
    },
  }
}
