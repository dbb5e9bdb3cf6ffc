import type { OAuthEvent } from '@oauth/core'
import { paymentsApi } from '../../server/src/api/payments.ts'
import { type App, createApp } from '../../server/src/app.ts'
import { demoAccount } from '../../server/src/identity/demo-account.ts'
import { paymentType } from '../../server/src/payments/payment.ts'

export interface ServersOptions {
  /** The URL of the identity provider's pages. The issuer is this URL with `/auth`. */
  readonly baseUrl: string
  /** The URL of the bank, which is the audience of its tokens. */
  readonly bank: string
  /** Seals the signing keys of the identity provider. */
  readonly secret: string
  /** Tells a user that something waits for an answer at this link. */
  readonly notify: (address: string, link: string) => void
  readonly onError: (error: unknown) => void
  readonly onEvent?: (event: OAuthEvent) => void
}

export interface Servers {
  /** The example server: the pages, and the authorization server below `/auth`. */
  readonly identity: App
  /** The API that books payments. It knows the authorization server only by its URL. */
  readonly bank: (request: Request) => Response | Promise<Response>
  /** The settings of the agent, by the names of environment variables. */
  readonly agent: Readonly<Record<string, string>>
}

/** Makes the two servers, and registers the agent. */
export async function createServers(options: ServersOptions): Promise<Servers> {
  const { baseUrl, bank, secret, notify, onError, onEvent = () => {} } = options
  const identity = await createApp({
    ...{ baseUrl, secret, onError, onEvent },
    database: ':memory:',
    paymentsUrl: bank,
    notify: ({ email }, link) => notify(email, link),
  })
  const { issuer } = identity.provider
  const { client_id, client_secret = '' } = await identity.provider.registerClient({
    client_name: 'Travel agent',
    redirect_uris: [],
    grant_types: ['urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
    scope: 'openid',
    authorization_details_types: [paymentType],
  })
  const payments = paymentsApi({ url: bank, authorizationServer: issuer, report: onError })
  return {
    identity,
    bank: (request) => payments(request) ?? Response.json({ error: 'not_found' }, { status: 404 }),
    agent: {
      ISSUER: issuer,
      CLIENT_ID: client_id,
      CLIENT_SECRET: client_secret,
      BANK: bank,
      USER_ADDRESS: demoAccount.email,
    },
  }
}
