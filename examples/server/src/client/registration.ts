import { isDeepStrictEqual } from 'node:util'
import type { ClientInput, Provider } from '@oauth/core'
import { type QueryExecutorProvider, sql } from 'kysely'
import { paymentType } from '../payments/payment.ts'

export const clientName = 'Marginalia'
/** The scopes of a request that signs a user in and needs no API. */
export const signInScope = 'openid profile email offline_access'
/** All scopes of the client. */
export const clientScope = `${signInScope} notes:read`

export interface Registration {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  /** Where the browser comes back from the approval of a payment. */
  readonly paymentRedirectUri: string
  /** Where the browser comes back from a sign-in that an API demanded (step-up). */
  readonly confirmationRedirectUri: string
  readonly postLogoutRedirectUri: string
}

interface Row {
  readonly client_id: string
  readonly client_secret: string
}

type Registrar = Pick<Provider, 'registerClient' | 'getClient' | 'updateClient'>

/**
 * Registers the demo client at the first start and keeps its id and secret: the provider shows a secret once. This is
 * the only place where the client side touches the provider other than over HTTP.
 */
export async function registerDemoClient(
  provider: Registrar,
  db: QueryExecutorProvider,
  clientUrl: string,
): Promise<Registration> {
  const redirectUri = `${clientUrl}/callback`
  const paymentRedirectUri = `${clientUrl}/paid`
  const confirmationRedirectUri = `${clientUrl}/confirmed`
  const postLogoutRedirectUri = `${clientUrl}/signed-out`
  const uris = { redirectUri, paymentRedirectUri, confirmationRedirectUri, postLogoutRedirectUri }
  const places = {
    // What pages of the provider show of the client. They are served by the client itself.
    client_uri: clientUrl,
    logo_uri: `${clientUrl}/logo.svg`,
    policy_uri: `${clientUrl}/privacy`,
    tos_uri: `${clientUrl}/terms`,
    redirect_uris: [redirectUri, paymentRedirectUri, confirmationRedirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    authorization_details_types: [paymentType],
    post_logout_redirect_uris: [postLogoutRedirectUri],
    enable_end_session: true,
  } satisfies ClientInput
  const row = (await sql<Row>`select * from demo_client`.execute(db)).rows[0]
  const registered = row === undefined ? undefined : await provider.getClient(row.client_id)
  if (row !== undefined && registered !== undefined) {
    // Update the registration: BASE_URL or this example may have changed, and redirect URIs must match exactly.
    if (!isDeepStrictEqual({ ...registered.metadata, ...places }, registered.metadata)) {
      await provider.updateClient(row.client_id, places)
      await sql`update demo_client set redirect_uri = ${redirectUri}`.execute(db)
    }
    return { clientId: row.client_id, clientSecret: row.client_secret, ...uris }
  }

  const client = await provider.registerClient({
    client_name: clientName,
    ...places,
    scope: clientScope,
    token_endpoint_auth_method: 'client_secret_basic',
  })
  if (client.client_secret === undefined) throw new Error('A confidential client comes with a secret.')
  await sql`delete from demo_client`.execute(db)
  await sql`insert into demo_client (client_id, client_secret, redirect_uri)
    values (${client.client_id}, ${client.client_secret}, ${redirectUri})`.execute(db)
  return { clientId: client.client_id, clientSecret: client.client_secret, ...uris }
}
