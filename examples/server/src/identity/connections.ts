import type { Provider } from '@oauth/core'

/** The calls of the provider that the page of connected apps needs. */
export type Connections = Pick<
  Provider,
  'listGrants' | 'listConsents' | 'getClient' | 'revokeUserGrants' | 'deleteConsent'
>

export interface ConnectedApp {
  readonly clientId: string
  readonly name: string
  /** The URL where a sign-in at the application begins (`initiate_login_uri`), if it has registered one. */
  readonly openUrl: string | undefined
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly since: number
  /** Seconds since the epoch. `undefined` if the application has only a consent: it gets access again without a question. */
  readonly until: number | undefined
}

/** Lists the applications of a user. A grant is one active sign-in. A consent is the stored answer "Allow". */
export async function connectedApps(provider: Connections, userId: string): Promise<readonly ConnectedApp[]> {
  const apps = new Map<string, ConnectedApp>()
  for (const grant of await provider.listGrants(userId)) {
    const { clientId, clientName: name, initiateLoginUrl: openUrl, scopes, createdAt, expiresAt } = grant
    const { scopes: known = [], since = createdAt, until = expiresAt } = apps.get(clientId) ?? {}
    const all = [...new Set([...known, ...scopes])]
    const [first, last] = [Math.min(since, createdAt), Math.max(until, expiresAt)]
    apps.set(clientId, { clientId, name, openUrl, scopes: all, since: first, until: last })
  }
  for (const { clientId, scope: scopes, createdAt: since } of await provider.listConsents(userId)) {
    const client = apps.has(clientId) ? undefined : await provider.getClient(clientId)
    if (client === undefined) continue
    const name = client.metadata.client_name ?? clientId
    apps.set(clientId, { clientId, name, openUrl: undefined, scopes, since, until: undefined })
  }
  return [...apps.values()]
}

/** Withdraws all access, so that the next sign-in asks again. Deletes consents first, so that none makes a new grant. */
export async function withdraw(provider: Connections, userId: string, clientId: string): Promise<void> {
  const consents = (await provider.listConsents(userId)).filter((consent) => consent.clientId === clientId)
  await Promise.all(consents.map(({ id }) => provider.deleteConsent(id)))
  await provider.revokeUserGrants(userId, { clientId })
}
